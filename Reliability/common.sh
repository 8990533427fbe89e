# Shared by the scripts of this folder; run from anywhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SWIFT_BACKTRACE=enable=no
build=.build/reliability
mkdir -p "$build"
build=$(cd "$build" && pwd)
work=$(mktemp -d)
# A child that is killed as it begins may run this too: the folder is this shell's alone.
trap '[ "$BASHPID" != $$ ] || rm -rf "$work"' EXIT
train=$PWD/.build/release/mnist-train
predict=$PWD/.build/release/mnist-predict
# What the small runs below have in common.
options=(--data_dir "$work/data" --n_layers 3 --batch_size 8 --n_threads 1 --verbose 2)

fail() { echo "reliability: FAILED: $*" >&2; exit 1; }
skip() { echo "reliability: SKIPPED: $*"; }

# make_set FOLDER COUNT: noise of 3 × 4 pixels with labels 0, 1, 2, 0, …, to train on and to test.
make_set() {
  mkdir -p "$1"
  local prefix count hex labels i
  for prefix in train t10k; do
    count=$2
    hex=$(printf '%08x' "$count" | sed 's/../\\x&/g')
    labels=''
    for ((i = 0; i < count; i++)); do labels+="\\x0$((i % 3))"; done
    { printf '\x00\x00\x08\x03'"$hex"'\x00\x00\x00\x03\x00\x00\x00\x04'; head -c $((count * 12)) /dev/urandom; } \
      > "$1/$prefix-images-idx3-ubyte"
    printf '\x00\x00\x08\x01'"$hex$labels" > "$1/$prefix-labels-idx1-ubyte"
  done
}

# Good files to begin fuzzing from, as each reader of fuzz/ takes them; all made here.
make_seeds() {
  local seeds=$work/seeds file name length
  mkdir -p "$seeds"/{gzip,inflater,idx,csv,npy,npz,png,pixels,netpbm,safetensors,checkpoint,log,options,zip,pickle,pytorch}
  make_set "$work/seed-data" 5
  cp "$work"/seed-data/* "$seeds/idx/"
  for file in "$work"/seed-data/*; do
    name=$(basename "$file")
    gzip -9nc "$file" > "$seeds/idx/$name.gz"
    tail -c +3 "$seeds/idx/$name.gz" > "$seeds/gzip/$name"
    # Without gzip's header and trailer it is bare deflate data.
    tail -c +11 "$seeds/idx/$name.gz" | head -c -8 > "$seeds/inflater/$name"
  done
  printf '\0\0\10\2\0\0\0\2\0\0\0\4abcdefgh' > "$seeds/idx/flat"
  printf '\0\0\10\4\0\0\0\1\0\0\0\2\0\0\0\2\0\0\0\1abcd' > "$seeds/idx/grey"
  printf '\0\0\14\1\0\0\0\2\0\0\0\1\0\0\0\2' > "$seeds/idx/int"
  # Files that NumPy and pandas wrote; arrays without their signature.
  for file in Tests/MNISTCoreTests/Fixtures/data/*; do
    name=$(basename "$file")
    case $name in
      *.csv | *.csv.gz) cp "$file" "$seeds/csv/" ;;
      *.npz) cp "$file" "$seeds/npz/" ;;
      *.npy) tail -c +7 "$file" > "$seeds/npy/$name" ;;
    esac
  done
  { printf '\0\207'; npy '|u1' '(2, 1, 3)'; printf abcdef; npy '<i2' '(2,)'; printf '\1\0\2\0'; } > "$seeds/npz/two"
  # The first byte is for fuzz/FuzzPictures.swift, checksums are filled in there, rows are not packed yet.
  { printf '\0'; chunk IHDR '\0\0\0\4\0\0\0\3\10\0\0\0\0'; chunk IDAT '\1\1\2\3\4\2\0\0\0\1\4\5\6\7\10'; } \
    > "$seeds/png/gray"
  { printf '\0'; chunk IHDR '\0\0\0\4\0\0\0\2\2\3\0\0\1'; chunk PLTE '\0\0\0\377\377\377\1\2\3'
    chunk tRNS '\0\200'; chunk IDAT '\0\20\0\100\0\100\0\20\0\4'; } > "$seeds/png/palette"
  { printf '\0'; chunk IHDR '\0\0\0\1\0\0\0\1\20\6\0\0\0'; chunk IDAT '\3\1\2\3\4\5\6\7\10'; } > "$seeds/png/alpha"
  for name in 1 2 3 4; do head -c 256 /dev/urandom > "$seeds/pixels/$name"; done
  printf '2 2 2 9\n0 1 2 # x\n9\n' > "$seeds/netpbm/2"
  printf '1 3 2 101 001' > "$seeds/netpbm/1"
  printf '3 1 1 65535 7 8 9' > "$seeds/netpbm/3"
  printf '4 9 1\n\252\200' > "$seeds/netpbm/4"
  printf '5 1 2 300\n\1\2\0\3' > "$seeds/netpbm/5"
  printf '6 2 1\n255\nabcdef' > "$seeds/netpbm/6"
  "$train" --model_fn "$work/model" --data_dir "$work/seed-data" --n_layers 2 --seed 1 \
    --n_epochs 1 --verbose 0 > /dev/null
  length=$(od -An -tu4 -N4 "$work/model")
  # A checkpoint's header without its checksums.
  head -c $((length + 8)) "$work/model" | tail -c +9 \
    | sed -E 's/"(header_crc32|crc32\.[^"]*)":"[0-9a-fx]*",?//g; s/,\}/}/g' > "$seeds/checkpoint/header"
  printf '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' > "$work/header"
  { printf '\x36\0\0\0\0\0\0\0'; cat "$work/header"; printf '\0\0\0\0\0\0\0\0'; } > "$seeds/safetensors/small"
  printf '1,2.5,nan,0.5,inf,0.125,1000.0\n2,1e-5,1,1,1,3,4\n' > "$seeds/log/rows"
  printf '{"version":"1","command_line":["a","b"],"model_fn":"m","settings":{"x":1,"y":"z","w":[1,2]}}' > "$seeds/log/configuration"
  printf -- '--model_fn\0m\0--n_epochs=3\0--batch_size\0008\0--use_dropout\0--resume' > "$seeds/options/train"
  printf -- '--model_fn=m\0a.png\0--raw\0--show\0--n_threads\0002' > "$seeds/options/predict"
  for file in Tests/MNISTCoreTests/Fixtures/archives/*.{npz,pth}; do
    cp "$file" "$seeds/zip/"
    # PyTorch's pickle begins at byte 64; a descriptor follows it.
    length=$(LC_ALL=C grep -aboF $'PK\a\b' "$file" | head -1 | cut -d: -f1 || true)
    [ -z "$length" ] || tail -c +65 "$file" | head -c $((length - 64)) \
      | tee "$seeds/pytorch/$(basename "$file")" > "$seeds/pickle/$(basename "$file")"
  done
  { "$train" --help; "$predict" --help; } | grep -oE -- '--[a-z_]+' | sort -u | sed 's/.*/"&"/' > "$work/words"
}

# npy TYPE SHAPE: the head of an array without its signature, 129 bytes for the first above.
npy() {
  local text="{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
  printf '\1\0\175\0%-124s\n' "$text"
}

# chunk TYPE CONTENT: a chunk of a PNG file, its content in octal escapes, with zeros for its checksum.
chunk() {
  local length
  length=$(printf "$2" | wc -c)
  printf "\\0\\0\\0\\$(printf %o "$length")$1$2\\0\\0\\0\\0"
}
