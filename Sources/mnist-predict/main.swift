import MNISTCore
print("mnist-train")
