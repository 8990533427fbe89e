#!/usr/bin/env bash
# A folder that was named is never made, filled or replaced; a model is measured on its own data; a run finds
# its data again; what lies in a file's place is named. Nothing is downloaded: nobody answers at the mirror.
source "$(dirname "$0")/common.sh"
export MNIST_MIRROR=http://127.0.0.1:9/ no_proxy=127.0.0.1
cd "$work"

small=(--n_layers 2 --n_epochs 1 --batch_size 8 --seed 1 --verbose 0 --n_threads 1)
short=("${small[@]}" --n_epochs 2)
files=(train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)

# unchanged CASE COMMAND…: the command adds no name to the working folder, but for what trials print into.
unchanged() {
  local name=$1 before after
  shift
  before=$(find . -not -name out -not -name err | sort)
  "$@"
  after=$(find . -not -name out -not -name err | sort)
  check "$name: nothing is left" test "$before" = "$after"
}

quietly() { "$@" > /dev/null; }

refused() { # CASE PATTERN FOLDER [OPTION…]
  local name=$1 pattern=$2 folder=$3
  shift 3
  unchanged "$name" trial "$name" 1 "^mnist-train: error: .*$pattern" \
    "$train" --model_fn m "${small[@]}" --data_dir "$folder" "$@"
  check "$name: one sentence" test "$(wc -l < err)" = 1
}

make_set scans 40

# MARK: - A folder that was named

refused "no such folder" 'typo: there is no such folder' typo
refused "no such folder, with auto" 'typo: there is no such folder' typo --dataset auto
refused "nearly a folder" 'did you mean scans\?' scan
refused "a carriage return" 'scans\\r: .*carriage return.*did you mean scans\?' $'scans\r'
refused "a carriage return, and a set by name" 'carriage return' $'data\r' --dataset mnist
refused "a space" 'did you mean scans\?' 'scans '
mkdir empty
refused "an empty folder" 'found nothing' empty
refused "a file" 'scans/train-labels-idx1-ubyte: not a directory .*did you mean scans\?' scans/train-labels-idx1-ubyte
mkdir -p wild/KMNIST/raw wild/MNIST/raw low/MNIST && rmdir wild/MNIST/raw
cp scans/* wild/KMNIST/raw/ && mkdir low/MNIST/raw && cp scans/* low/MNIST/raw/
refused "KMNIST in a folder" 'did you mean wild/KMNIST/raw\?' wild
refused "KMNIST, one level too low" 'did you mean wild/KMNIST/raw\?' wild/KMNIST
refused "MNIST, one level too low" 'did you mean low/MNIST/raw\?' low/MNIST
mkdir up && cp -r low up/
refused "one level too high" 'did you mean up/low' up
mkdir few zip half tests lfs pickle flat
printf 'label,pixel0,pixel1\n5,0,0\n' > few/train.csv
printf 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\6\0\0\0readme' > zip/archive.zip
printf '\211PNG\r\n\32\n' > flat/a.png
printf '\200\2}' > pickle/mnist.pkl
cp scans/t10k-* tests/
refused "a CSV of two pixels" 'found a CSV file, train.csv' few
refused "a ZIP" 'found a ZIP archive, archive.zip' zip
refused "a pickle" 'found a Python pickle, mnist.pkl' pickle
refused "pictures without classes" 'found pictures, such as a.png' flat
refused "test images only" 'found IDX files, but not these together, t10k-' tests
cp scans/train-labels-idx1-ubyte half/
refused "half a set" 'found only half/train-labels' half
unchanged "a set by name" trial "a set by name" 1 'MNIST could not be downloaded' \
  "$train" --model_fn m "${small[@]}" --dataset mnist --data_dir new
trial "only the usual folder is replaced, with a warning" 0 'WARNING: this run does not use MNIST' \
  "$train" --model_fn digits --n_layers 2 --n_epochs 1 --batch_size 2000 --seed 1 --verbose 0
trial "and its model measured on the digits" 0 '^Data: built-in digits$' "$predict" --model_fn digits

# MARK: - Other forms

trained() { # CASE PATTERN FOLDER [OPTION…]: a run on it prints the line, and its model is measured on its own data
  local name=$1 pattern=$2 folder=$3
  shift 3
  rm -f form
  trial "$name" 0 "^Data: $pattern" "$train" --model_fn form "${small[@]}" --data_dir "$folder" "$@"
  trial "$name, measured" 0 '"own_data":true' "$predict" --model_fn form --data_dir "$folder" --json
}

# pictures FOLDER SHADE: three classes of nine pictures of 3 × 2 pixels, the last pixel of the shade
pictures() {
  local class i
  for class in cat dog owl; do
    mkdir -p "$1/$class"
    for i in 1 2 3 4 5 6 7 8 9; do printf "P2 3 2 255 0 9 0 0 9 $2\n" > "$1/$class/$i.pgm"; done
  done
}
pictures pets 255
touch pets/.DS_Store pets/cat/.DS_Store pets/dog/Thumbs.db
ln -s ../cat/1.pgm pets/owl/link.pgm
trained "pictures" 'pictures in pets \(train 2[0-9] of 28, 3 classes: cat, dog, owl\)' pets
pictures split/train 255 && pictures split/test 200
trained "pictures in two parts" 'pictures in split \(train 27, 3 classes: cat, dog, owl\)' split
cp -r pets sizes && printf 'P2 1 1 255 7\n' > sizes/owl/0.pgm
refused "pictures of two sizes" 'owl/0.pgm: pictures of different sizes .*sizes/cat/1.pgm has, found 1×1; --image_size' sizes
trained "pictures brought to a size" 'pictures in sizes' sizes --image_size 10
cp -r pets text && echo text > text/owl/notes.txt
refused "a text among pictures" 'text/owl/notes.txt: not a picture .*found text' text
cp -r pets jpeg && printf '\377\330\377\340' > jpeg/cat/0.jpg
refused "a JPEG among pictures" 'jpeg/cat/0.jpg: not a picture .*found JPEG' jpeg
cp -r pets hollow && mkdir hollow/none
refused "a class without pictures" 'hollow/none: no pictures' hollow
cp -r pets loop && ln -s .. loop/cat/loop
refused "a loop among pictures" 'loop/cat/loop: not a file .*found a folder' loop
cp -r pets cut && printf 'P5 3 2 255\nab' > cut/owl/9.pgm
refused "a picture cut short" 'cut/owl/9.pgm: ' cut
trial "a model among pictures" 2 'must be a file outside the pictures of --data_dir' \
  "$train" --model_fn pets/new/m "${small[@]}" --data_dir pets

mkdir csv && for i in $(seq 24); do echo "$((i % 3)),$i,0,9,255"; done > csv/mnist_train.csv
cp csv/mnist_train.csv csv/mnist_test.csv
trained "CSV" 'CSV in csv/mnist_train.csv \(train 24, 3 classes\)' csv
trained "a CSV file itself" 'CSV in csv/mnist_train.csv \(train 24, 3 classes\)' csv/mnist_train.csv
mkdir one && gzip -nc csv/mnist_train.csv > one/digits.csv.gz && printf 'cat\ndog\nowl\n' > one/classes.txt
trained "a packed CSV alone, with names" 'CSV in one/digits.csv.gz \(train 21 of 24, 3 classes: cat, dog, owl\)' one
mkdir kaggle && { echo label,pixel0,pixel1,pixel2,pixel3; cat csv/mnist_train.csv; } > kaggle/train.csv
cut -d, -f2- csv/mnist_train.csv > kaggle/test.csv
trial "Kaggle's" 0 '^Data: CSV in kaggle/train.csv' "$train" --model_fn form "${small[@]}" --data_dir kaggle --overwrite
trial "Kaggle's test has no labels" 1 'kaggle/test.csv: images without labels' \
  "$predict" --model_fn form --data_dir kaggle
cp -r pets both && cp csv/mnist_train.csv both/
refused "two forms in one folder" 'more than one set .*found pictures, CSV in both/mnist_train.csv' both
cp -r one names && printf 'cat\ndog\n' > names/classes.txt
refused "too few names" 'names/classes.txt: not the names .*a line for each of the 3 classes, found 2' names
mkdir npz && printf 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\13\0\0\0x_train.npy' > npz/mnist.npz
refused "an NPZ cut short" 'found a NumPy archive, but npz/mnist.npz: ' npz

mkdir emnist
for part in train:train test:t10k; do
  for name in images-idx3 labels-idx1; do
    cp "scans/${part#*:}-$name-ubyte" "emnist/emnist-letters-${part%:*}-$name-ubyte"
  done
done
trained "EMNIST" 'IDX files in emnist \(emnist-letters, rows and columns swapped\)' emnist
cp -r emnist splits && for f in splits/*; do cp "$f" "${f/letters/digits}"; done
refused "two splits of EMNIST" 'found IDX files emnist-digits, IDX files emnist-letters' splits
trained "transposed" 'IDX files in scans \(not the published MNIST, rows and columns swapped\)' scans --transpose
mkdir other-names && for f in scans/*; do cp "$f" "other-names/$(basename "${f/t10k/test}")"; done
trained "test files named so" 'IDX files in other-names ' other-names

# MARK: - A file in another's place

replaced() { # CASE PATTERN CONTENT
  rm -rf bad && cp -r scans bad && printf "$3" > bad/train-labels-idx1-ubyte
  refused "$1" "bad/train-labels-idx1-ubyte: $2" bad
  gzip -nc bad/train-labels-idx1-ubyte > bad/train-labels-idx1-ubyte.gz && rm bad/train-labels-idx1-ubyte
  refused "$1, packed" "bad/train-labels-idx1-ubyte.gz: $2" bad
}
replaced "a web page" 'a web page in place of' '<!DOCTYPE html><html><body>404</body></html>'
replaced "a Git LFS pointer" 'a Git LFS pointer in place .*git lfs pull' \
  'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'
replaced "a ZIP in place" 'a ZIP archive in place' 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0aa'
replaced "a pickle in place" 'a Python pickle in place' '\200\2}q\0'
replaced "a CSV in place" 'a CSV file in place' '5,0,0,0\n'
replaced "an array in place" 'a NumPy array in place' '\223NUMPY\1\0'

# MARK: - A model's own data

make_set other 40
mkdir -p data/MNIST
cp -r other data/MNIST/raw
check "trained on scans" quietly "$train" --model_fn model "${small[@]}" --data_dir scans
# A copy does not know where its data was.
copy() { rm -f moved && cat model > moved; }
copy
trial "another set is not believed" 1 'own test images are not there .*found IDX files in data/MNIST/raw' \
  "$predict" --model_fn moved
check "no accuracy" test ! -s out
trial "a folder insists, and it is said" 0 "^Data: IDX files in other .*, not the model's own data" \
  "$predict" --model_fn moved --data_dir other
trial "JSON says which data it was" 0 '"summary":true.*"data":"IDX files in other .*"own_data":false' \
  "$predict" --model_fn moved --data_dir other --json
trial "and that it is its own" 0 '"own_data":true' "$predict" --model_fn moved --data_dir scans --json
trial "test images alone" 0 "not known to be the model's own data" "$predict" --model_fn moved --data_dir tests
trial "a folder that is not there" 1 'no such folder' "$predict" --model_fn moved --data_dir typo
cp -r scans data/scans
trial "its own set among others" 0 '^Data: IDX files in data/scans ' "$predict" --model_fn moved
rm -r data/scans
gzip -r data/MNIST/raw && cp -r scans data/packed && gzip -r data/packed
trial "packed, too" 0 '^Data: IDX files in data/packed ' "$predict" --model_fn moved
rm -r data/packed

fashion=/usr/share/datasets/fashion-mnist
mnist=${MNIST_DATA:-$OLDPWD/../shared/data}
if [ -d "$fashion" ]; then
  check "trained on Fashion-MNIST" quietly \
    "$train" --model_fn fashion --n_layers 2 --n_epochs 1 --seed 1 --verbose 0 --dataset fashion-mnist
  trial "Fashion-MNIST beside another set" 0 "^Data: Fashion-MNIST \($fashion\)$" "$predict" --model_fn fashion
  trial "a set insists" 0 "^Data: built-in digits, not the model's own data, which is Fashion-MNIST" \
    "$predict" --model_fn fashion --dataset digits
  if [ -d "$mnist/MNIST/raw" ]; then
    trial "Fashion-MNIST on MNIST, insisted" 0 "^Data: MNIST .*, not the model's own data, which is Fashion-MNIST" \
      "$predict" --model_fn fashion --data_dir "$mnist"
  else
    skip "Fashion-MNIST on MNIST: no MNIST in $mnist"
  fi
else
  skip "Fashion-MNIST: no $fashion"
fi

# MARK: - Sets by name whose packed files alone are known

mkdir nothing
for set in kmnist qmnist emnist-letters; do
  trial "$set is nowhere" 1 'could not be downloaded: no connection' \
    "$train" --model_fn m "${small[@]}" --data_dir nothing --dataset "$set"
  check "$set is nowhere: nothing is left" test -z "$(ls -A nothing)"
done
refused "EMNIST of another size" 'emnist-letters-train-labels-idx1-ubyte: not EMNIST letters as it was published' \
  emnist --dataset emnist-letters
mkdir -p cut/EMNIST/raw && printf 'PK\3\4' > cut/EMNIST/raw/gzip.zip
refused "EMNIST cut off" 'cut/EMNIST/raw/gzip.zip: ' cut --dataset emnist-letters

# Of KMNIST's form, 47 MB.
mkdir -p alike/KMNIST/raw
for part in train:60000:'\352\140' t10k:10000:'\47\20'; do
  IFS=: read -r name count bytes <<< "$part"
  { printf "\\0\\0\\10\\3\\0\\0$bytes\\0\\0\\0\\34\\0\\0\\0\\34"
    head -c $((count * 784)) /dev/zero | tr '\0' '\377'
  } > "alike/KMNIST/raw/$name-images-idx3-ubyte"
  { printf "\\0\\0\\10\\1\\0\\0$bytes"
    printf '\0\1\2\3\4\5\6\7\10\11%.0s' $(seq $((count / 10)))
  } > "alike/KMNIST/raw/$name-labels-idx1-ubyte"
done
trial "unpacked files are not said to be verified" 0 \
  '^Data: KMNIST \(alike/KMNIST/raw; not verified: of the unpacked files no digest is known\)' \
  "$train" --model_fn alike/m --n_layers 2 --n_epochs 1 --seed 1 --verbose 0 --data_dir alike --dataset kmnist
trial "they are the model's own" 0 '^Data: KMNIST \(alike/KMNIST/raw; not verified: [a-z ]*\)$' \
  "$predict" --model_fn alike/m --data_dir alike
gzip alike/KMNIST/raw/train-labels-idx1-ubyte
refused "a packed file that is not KMNIST's" \
  'expected MD5 of the packed file e144d726b3acfaa3e44228e80efcd344, found' alike --dataset kmnist
if [ -d "$mnist/MNIST/raw" ]; then
  mkdir -p taken/KMNIST/raw && cp "$mnist"/MNIST/raw/*-ubyte* taken/KMNIST/raw/ && { gunzip -qf taken/KMNIST/raw/*.gz || true; }
  refused "MNIST is not taken for KMNIST" 'another set .expected KMNIST, found MNIST;' taken --dataset kmnist
fi
rm -rf alike taken

# MARK: - A run that goes on

trial "a run goes on with --data_dir" 0 'Epoch\(2/2\)' \
  "$train" --model_fn moved --resume --n_epochs 2 --data_dir scans
copy
trial "where it is not known, it is said what was searched" 1 \
  'own training images are not there .*searched data with its subfolders.*--data_dir' \
  "$train" --model_fn moved --resume --n_epochs 2
trial "another folder is refused" 1 'other: the run to resume was trained on other' \
  "$train" --model_fn moved --resume --n_epochs 2 --data_dir other
mkdir elsewhere && mv scans elsewhere/
check "trained elsewhere" quietly "$train" --model_fn far "${small[@]}" --data_dir elsewhere/scans
# The file system keeps the place beside the file, where it can.
if "$train" --model_fn far --resume --n_epochs 2 > out 2> err; then
  check "a run finds its data where it was, and says so" \
    grep -q "its data is where it was: IDX files in $work/elsewhere/scans" err
  trial "so does a prediction" 0 "^Data: IDX files in $work/elsewhere/scans" "$predict" --model_fn far
  "$train" --model_fn near "${short[@]}" --data_dir elsewhere/scans > /dev/null
  check "equal runs have equal bytes" cmp far near
else
  skip "a run finds its data where it was: this file system keeps no attributes"
fi

# MARK: - Odd data

odd() { # CASE PATTERN LABELS BRIGHTEST: two-by-two images
  rm -rf odd && mkdir odd
  local count=8 i
  { printf '\0\0\10\3\0\0\0\10\0\0\0\2\0\0\0\2'; for ((i = 0; i < count; i++)); do printf "\\0\\0\\0\\$(printf %o "$4")"; done; } \
    > odd/train-images-idx3-ubyte
  { printf '\0\0\10\1\0\0\0\10'; printf "$3"; } > odd/train-labels-idx1-ubyte
  trial "$1" 0 "^mnist-train: WARNING: odd: $2" "$train" --model_fn odd.m "${small[@]}" --data_dir odd
}
odd "one class only" 'every label is 3' '\3\3\3\3\3\3\3\3' 255
odd "labels from 1" 'the labels begin at 1' '\1\2\1\2\1\2\1\2' 255
odd "a class without images" 'no image has the label 1' '\0\2\0\2\0\2\0\2' 255
odd "a brightest pixel of 1" 'the brightest pixel is 1 ' '\0\1\0\1\0\1\0\1' 1
odd "a brightest pixel of 16" 'the brightest pixel is 16 ' '\0\1\0\1\0\1\0\1' 16
