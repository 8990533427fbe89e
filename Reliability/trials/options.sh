#!/usr/bin/env bash
# Options that have no effect, names cut short, mistakes on the command line, and reports and logs that belong
# to their run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$work"
make_set data 60
make_set other 12
small=(--data_dir data --n_layers 3 --batch_size 8 --n_threads 1 --verbose 0 --n_epochs 2)

# twice TEXT: the last command has ended with 0 and warned of this at the start and at the end of standard error.
twice() {
  [ "$status" = 0 ] && head -1 err | grep -qF "WARNING: $1" && tail -1 err | grep -qF "WARNING: $1" \
    && [ "$(grep -cF "WARNING: $1" err)" = 2 ]
}
# rows FOLDER: the epochs in its log.
rows() { tail -n +2 "$1/metrics.csv" | cut -d, -f1 | paste -sd ' '; }
# losses FOLDER: all that two equal runs log alike.
losses() { cut -d, -f1-5 "$1/metrics.csv"; }

# --- Options without effect
while IFS='|' read -r line warning; do
  attempt "$train" --model_fn m --seed 1 "${small[@]}" $line
  check "warned of: $line" twice "$warning"
done << 'END'
--dropout 0.5|--dropout_p has no effect without --use_dropout
--dropout_p 0.9|--dropout_p has no effect without --use_dropout
--drop=0.3|--dropout_p has no effect without --use_dropout
--patience 5|--patience has no effect with --n_epochs 2
--lr_schedule cosine --n_epochs 1|--lr_schedule has no effect with --n_epochs 1
--lr_schedule cosine --warmup_epochs 1|--lr_schedule has no effect with --n_epochs 2 and --warmup_epochs 1
END
attempt "$train" --model_fn m --seed 1 --overwrite "${small[@]}"
check "nothing to warn of" eval "! grep -q WARNING err"
attempt "$train" --model_fn m --seed 1 --overwrite "${small[@]}" --use_dropout --dropout 0.5
check "dropout that is used" eval "! grep -q WARNING err"
cp m dropped
"$train" --model_fn m --seed 1 "${small[@]}"  > /dev/null
attempt "$train" --model_fn m --resume --data_dir data --n_epochs 3 --dropout_p 0.9
check "of a run that goes on" twice "--dropout_p has no effect without --use_dropout"
attempt "$train" --model_fn dropped --resume --data_dir data --n_epochs 3 --dropout_p 0.5
check "of a run with dropout that goes on" test "$(cat err)" = "mnist-train: going on with dropped in epoch 3 of 3"
trial "decoupled weight decay alone" 2 "^mnist-train: error: argument --weight_decay: must be greater than 0" \
  "$train" --model_fn m --decoupled_weight_decay
trial "a comparison with anything" 2 "^mnist-train: error: argument --compare: not allowed with argument --seed" \
  "$train" --seed 1 --compare a
trial "a mirror that is not asked" 0 "^mnist-train: --mirror has no effect: the data was there" \
  "$train" --model_fn m --seed 1 "${small[@]}" --mirror http://127.0.0.1:9/
printf 'P2 4 3 255\n0 0 0 0 0 255 255 0 0 0 0 0\n' > a.pgm
for line in "--data_dir data" "--batch_size 3" "--dataset mnist" "--mirror http://127.0.0.1:9/"; do
  attempt "$predict" --model_fn m $line a.pgm
  check "with a picture: $line" twice "${line%% *} has no effect with pictures"
done
trial "more test images than there are" 0 "--n_test 100 is more than the test images: all 60 are measured" \
  "$predict" --model_fn m --data_dir data --n_test 100
trial "the mirrored text's own command" 0 "WARNING: --dropout_p has no effect without --use_dropout" \
  "$train" --model_fn ./model.pth --n_layers 10 --dropout 0.3 --data_dir data --n_epochs 1

# --- Names
attempt "$train" --model_fn m --seed 1 "${small[@]}" --verbose 1 --lr 0.01
check "--lr is the learning rate" grep -qx "    lr: 0.01" out
trial "--n could be three" 2 "ambiguous option: --n could match --n_epochs, --n_layers, --n_threads$" \
  "$train" --model_fn m --n 3
trial "--n_e is one" 0 "^Epoch\(1/1\)" "$train" --model_fn m --seed 1 "${small[@]}" --n_e 1

# --- Mistakes: the sentence, then a line of usage where the command line was wrong
attempt "$train" --model_fn m --n_epochs abc
check "the sentence comes first" test "$(head -1 err)" = \
  "mnist-train: error: argument --n_epochs: invalid int value: 'abc'"
check "the usage is one line" test "$(sed 1d err)" = "usage: mnist-train --model_fn PATH [OPTION ...] (see --help)"
attempt "$train" --model_fn m --data_dir data --n_epoch5
check "a hint stands between" test "$(sed -n '2p;3s/:.*//p' err | paste -sd ' ')" = "did you mean --n_epochs? usage"
attempt "$predict" --model_fn none
check "what the world got wrong is one line" test "$status $(wc -l < err)" = "1 1"
trial "sizes are height×width" 1 "expected 3×4, found 5×2\)" bash -c \
  'printf "P2 2 5 255\n0 0 0 0 0 255 255 0 0 0\n" > tall.pgm; "$1" --model_fn m --raw tall.pgm' - "$predict"

# --- Certainty
printf '\0\0\10\1\0\0\0\50' > other/t10k-labels-idx1-ubyte
printf '\0\0\10\3\0\0\0\50\0\0\0\3\0\0\0\4' > other/t10k-images-idx3-ubyte
head -c 40 /dev/zero >> other/t10k-labels-idx1-ubyte
head -c 480 /dev/zero >> other/t10k-images-idx3-ubyte
printf '\0\0\10\1\0\0\0\50' > other/train-labels-idx1-ubyte
printf '\0\0\10\3\0\0\0\50\0\0\0\3\0\0\0\4' > other/train-images-idx3-ubyte
{ head -c 39 /dev/zero; printf '\1'; } >> other/train-labels-idx1-ubyte
head -c 480 /dev/zero >> other/train-images-idx3-ubyte
"$train" --model_fn sure --data_dir other --n_layers 2 --n_epochs 1 --seed 1 > /dev/null 2>&1
trial "40 of 40 right" 0 "^1.0000, 95 % interval 0.9124 to 1.0000 \(0 of 40 wrong\)" \
  "$predict" --model_fn sure --data_dir other
trial "40 of 40 right, as JSON" 0 '"accuracy":1.0,"interval_95":\[0.91237' \
  "$predict" --model_fn sure --data_dir other --json
check "no error of zero" bash -c '! grep -q standard_error out'
attempt "$predict" --model_fn sure --data_dir other --report page
check "40 of 40 right, in the report" grep -q "95 % interval 91.24 % to 100.00 %" page/report.html
check "no error of zero in the report" bash -c '! grep -q "±" page/report.html'

# --- Logs
log=(--model_fn logged "${small[@]}" --seed 1)
"$train" --model_fn whole "${small[@]}" --seed 1 --n_epochs 4 --log_dir logs/whole > /dev/null
"$train" "${log[@]}" --log_dir logs/a > /dev/null
trial "a logged run goes on" 0 "logging goes on in .*/logs/a$" \
  "$train" --model_fn logged --resume --data_dir data --n_epochs 3
check "in its log" test "$(rows logs/a)" = "1 2 3"
attempt "$train" --model_fn logged --resume --data_dir data --n_epochs 4 --log_dir logs/b
check "in another folder with all epochs" test "$(losses logs/b)" = "$(losses logs/whole)"
check "with the bytes of a run that was not stopped" cmp -s logged whole
rm -r logs/b
trial "a log that is gone" 0 "WARNING: logged: this run was logged, but its log is not where it was" \
  "$train" --model_fn logged --resume --data_dir data --n_epochs 5
attempt "$train" --model_fn logged --resume --data_dir data --n_epochs 6 --log_dir logs/c
check "is made anew with all epochs" test "$(rows logs/c)" = "1 2 3 4 5 6"
sed -i '3,4d' logs/c/metrics.csv
attempt "$train" --model_fn logged --resume --data_dir data --n_epochs 7
check "rows that were lost come back" test "$(rows logs/c)" = "1 2 3 4 5 6 7"
trial "no epoch is left to log" 0 "--log_dir has no effect: no epoch is left, and logs/d holds no log" \
  "$train" --model_fn logged --resume --data_dir data --log_dir logs/d
trial "compared" 0 "^logs/c +7 +[0-9]/7 " "$train" --compare logs/c logs/whole
"$train" --model_fn plain "${small[@]}" --seed 1 > /dev/null
"$train" --model_fn noted "${small[@]}" --seed 1 --log_dir logs/noted > /dev/null
check "no path in a model" bash -c '! grep -qa logs noted'
check "a log changes no byte of the model" cmp -s plain noted

# --- A report belongs to its run
"$train" --model_fn second "${small[@]}" --seed 2 --log_dir logs/second > /dev/null
trial "another run's log" 1 "logs/second: the log of another run than that in noted \(expected seed 1, found 2\)" \
  "$predict" --model_fn noted --data_dir data --report r --log_dir logs/second
check "leaves no report" test ! -e r
trial "the same settings on other data" 1 "logs/elsewhere: the log of another run than that in noted" bash -c '
  make=$1; shift; cp -r data changed; printf "\0" | dd of=changed/train-images-idx3-ubyte bs=1 seek=50 conv=notrunc 2> /dev/null
  printf "\1" | dd of=changed/train-images-idx3-ubyte bs=1 seek=51 conv=notrunc 2> /dev/null
  "$make" --model_fn x "$@" --data_dir changed --seed 1 --log_dir logs/elsewhere > /dev/null
  "$0" --model_fn noted --data_dir data --report r --log_dir logs/elsewhere' "$predict" "$train" "${small[@]}"
trial "its own log" 0 "^Accuracy" "$predict" --model_fn noted --data_dir data --report r --log_dir logs/noted
mv noted moved
trial "its own log, the model moved" 0 "^Accuracy" \
  "$predict" --model_fn moved --data_dir data --report r --log_dir logs/noted
sed -i '3s/^\(2,[^,]*,[^,]*,[^,]*\),[^,]*/\1,9.5/' logs/noted/metrics.csv
trial "other losses" 1 "expected a lowest loss after epoch 2 of [0-9.]+, found 9.5\)" \
  "$predict" --model_fn moved --data_dir data --report r --log_dir logs/noted
