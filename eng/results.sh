# Shared by what runs tests: figures of the runner's summary, and what failed. To be sourced.

# number OUTPUT WORD: a figure of the runner's summary, "Total: 5, Errors: 0, Failed: 1, Skipped: 0, …".
number() { sed -n "s/.*  Total: .*\b$2: \([0-9]*\).*/\1/p; s/.*  $2: \([0-9]*\), Errors: .*/\1/p" "$1" | tail -n 1 | grep . || echo 0; }

# add_figures LINE: adds a last line of ours, "N passed, N failed, N skipped", to passed, failed and skipped; whether it is one.
add_figures() {
    [[ $1 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] || return 1
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
}

# failures LOG: gates that failed, and each failed test with the first 25 lines of what the runner says of it.
failures() {
    awk '
        / \[FAIL\]$/ { left = 26 }
        / \[(FINISHED|STARTING|PASS|SKIP)\]/ || /TEST EXECUTION SUMMARY/ { left = 0 }
        left > 0 { print; left--; next }
        /: FAILED$/
    ' "$1"
}
