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
mkdir emnist qmnist csv npz pictures zip half tests lfs pickle
for name in images-idx3 labels-idx1; do : > "emnist/emnist-letters-train-$name-ubyte.gz"; done
: > qmnist/qmnist-train-images-idx3-ubyte.gz
: > qmnist/qmnist-train-labels-idx2-int.gz
printf 'label,pixel0,pixel1\n5,0,0\n' > csv/train.csv
{ printf 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\13\0\0\0x_train.npy'; } > npz/mnist.npz
printf 'PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\6\0\0\0readme' > zip/archive.zip
mkdir pictures/0 pictures/1
printf '\211PNG\r\n\32\n' | tee pictures/0/a.png > pictures/1/b.png
printf '\200\2}' > pickle/mnist.pkl
cp scans/t10k-* tests/
refused "EMNIST" 'found IDX files of EMNIST under names of its own' emnist
refused "QMNIST" 'found IDX files of QMNIST under names of its own' qmnist
refused "a CSV" 'found a CSV file, train.csv' csv
refused "an NPZ" 'found a NumPy archive, mnist.npz' npz
refused "a ZIP" 'found a ZIP archive, archive.zip' zip
refused "a pickle" 'found a Python pickle, mnist.pkl' pickle
refused "pictures" 'found pictures in 2 folders, such as 0/a.png' pictures
refused "test images only" 'found IDX files, but not these together, t10k-' tests
cp scans/train-labels-idx1-ubyte half/
refused "half a set" 'found only half/train-labels' half
unchanged "a set by name" trial "a set by name" 1 'MNIST could not be downloaded' \
  "$train" --model_fn m "${small[@]}" --dataset mnist --data_dir new
trial "only the usual folder is replaced, with a warning" 0 'WARNING: this run does not use MNIST' \
  "$train" --model_fn digits --n_layers 2 --n_epochs 1 --batch_size 2000 --seed 1 --verbose 0
trial "and its model measured on the digits" 0 '^Data: built-in digits$' "$predict" --model_fn digits

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
