# Checks that a guest's scripts report, one a line: "gate: WORDS: ok|FAILED". To be sourced.
# shellcheck shell=bash

# gate WORDS COMMAND...: what the command says comes first.
gate() {
    local words=$1
    shift
    if "$@"; then echo "gate: $words: ok"; else echo "gate: $words: FAILED"; fi
}

# says CODE WORDS COMMAND...: it ends with that code and says the words, among others.
says() {
    local code=$1 words=$2 said got=0
    shift 2
    said=$("$@" 2>&1 </dev/null) || got=$?
    [[ $got == "$code" && $said == *"$words"* ]] || { echo "exit code $got: $said"; return 1; }
}

# kernel_is_from VERSION
kernel_is_from() { [[ $(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1) == "$1" ]]; }
