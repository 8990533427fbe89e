"""Files as people have their data, written by the programs that they use: Tests/MNISTCoreTests/Fixtures/data.

Made with numpy 2.4.6 and pandas 3.1.1: python Tests/generate_data_files.py Tests/MNISTCoreTests/Fixtures/data
"""
import pathlib, sys
import numpy as np, pandas as pd

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
# Three images of 4 × 4 to train on, two to test: DataFileTests.swift knows them too.
x_train = (np.arange(48) * 7 % 256).astype(np.uint8).reshape(3, 4, 4)
y_train = np.array([3, 1, 2], np.uint8)
x_test = ((100 + np.arange(32) * 5) % 256).astype(np.uint8).reshape(2, 4, 4)
y_test = np.array([1, 0], np.uint8)

# As Keras' mnist.npz.
np.savez(out / "keras.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
# As medmnist's, with labels in a column, and other types.
np.savez_compressed(
    out / "medmnist.npz", train_images=x_train.astype(np.int64), val_images=x_test, test_images=x_test[..., None],
    train_labels=y_train[:, None], val_labels=y_test[:, None], test_labels=y_test[:, None].astype(">i4"))
# Floats from 0 to 1, and an array in Fortran's order, as a table's numbers are.
np.savez_compressed(
    out / "floats.npz", X_train=(x_train / 255).astype(np.float32), y_train=y_train.astype(np.float64),
    X_test=(x_test / 255).astype(">f2")[:, None], y_test=y_test.astype(np.int16))
np.savez(out / "table.npz", X=np.asfortranarray(x_train.reshape(3, 16)), y=y_train)
np.save(out / "fortran.npy", np.asfortranarray(x_train.astype(np.float64)))
np.save(out / "ink.npy", x_train > 127)
np.save(out / "objects.npy", np.array([{"a": 1}], object), allow_pickle=True)
for version in (2, 3):
    with open(out / f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, x_train, (version, 0))

names = [f"pixel{index}" for index in range(16)]
table = pd.DataFrame(x_train.reshape(3, 16), columns=names)
table.to_csv(out / "kaggle-test.csv", index=False)
table.insert(0, "label", y_train)
table.to_csv(out / "kaggle-train.csv", index=False)
table.to_csv(out / "quoted.csv", index=False, quoting=1, lineterminator="\r\n", encoding="utf-8-sig", sep=";")
table.to_csv(out / "numbered.csv")
floats = pd.DataFrame((x_train.reshape(3, 16) / 255).astype(np.float32))
floats["class"] = y_train
floats.to_csv(out / "floats.csv.gz", index=False, compression={"method": "gzip", "mtime": 1})
np.savetxt(out / "savetxt.csv", np.c_[y_train, x_train.reshape(3, 16)], delimiter=",")
