# Shared by what runs tests: figures of the runner's summary. To be sourced.

# number OUTPUT WORD: a figure of the runner's summary, "Total: 5, Errors: 0, Failed: 1, Skipped: 0, …".
number() { sed -n "s/.*  Total: .*\b$2: \([0-9]*\).*/\1/p; s/.*  $2: \([0-9]*\), Errors: .*/\1/p" "$1" | tail -n 1 | grep . || echo 0; }
