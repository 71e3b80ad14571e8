# Rule sets that tell whether they are whole: a line for each rule, with the set's name, and how many there are. Sourced.
# shellcheck shell=bash

# write_set NAME COUNT
write_set() {
    local name=$1 count=$2 i
    printf '*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n'
    for ((i = 1; i <= count; i++)); do
        printf -- '-A INPUT -s 192.0.2.%d/32 -p tcp -m tcp --dport 22 -m comment --comment %s-%d-of-%d -j ACCEPT\n' "$i" "$name" "$i" "$count"
    done
    printf 'COMMIT\n'
}

# expected NAME COUNT: what "iptables -S INPUT" says of it.
expected() { write_set "$@" | sed -n 's/^:INPUT \([A-Z]*\).*/-P INPUT \1/p; /^-A/p'; }

# numbered N: the arguments of both for the Nth of many sets, each unlike the one before.
numbered() { echo "set$1 $((20 + $1 % 40))"; }
