#!/bin/bash
# In a guest, as root: what a packet costs by each way onto the hooks, over none, in one run: UDP over loopback, both families, rules that
# it does not match on INPUT. Best of several rounds, the ways in turn. Prints nanoseconds, and as gates that the module costs no more
# than links do, and both less than iptables-legacy. Made for a guest whose clock counts instructions: there rounds hardly differ.
#   costs.sh MINIFW MODULE TRY [ROUNDS] [SECONDS]
set -u
# shellcheck source=kernel/minifw/tests/gate.sh
. "$(dirname "$0")/gate.sh"
minifw=$1 module=$2 try=$3 rounds=${4:-3} seconds=${5:-2}
ways=(none legacy module)
# Until 6.4 there are no links.
! kernel_is_from 6.4 || ways=(none legacy bpf module)
place="minifw-costs"

in_ns() { ip netns exec "$place" "$@"; }

rules() {
    local i
    for ((i = 0; i < $1; i++)); do echo "-A INPUT -p udp -m udp --dport $((20000 + i)) -j DROP"; done
}

# set_up WAY COUNT: in a namespace of its own, since a table that was once used stays on the hooks.
set_up() {
    ip netns add "$place"
    in_ns ip link set lo up
    case $1 in
        legacy) for program in iptables-legacy-restore ip6tables-legacy-restore; do { echo '*filter'; rules "$2"; echo COMMIT; } | in_ns "$program" || return 1; done ;;
        bpf | module) rules "$2" | in_ns "$minifw" --provider "$1" apply - ;;
    esac
}

take_down() {
    [[ $1 != bpf && $1 != module ]] || in_ns "$minifw" off
    ip netns del "$place"
}

# measure: nanoseconds a datagram.
measure() { in_ns "$try" traffic "$seconds" | sed -n 's/.* \([0-9]*\) ns each/\1/p'; }

modprobe -aq ip_tables ip6_tables iptable_filter ip6table_filter nf_reject_ipv4 nf_reject_ipv6 nf_defrag_ipv4 nf_defrag_ipv6
lsmod | grep -q '^minifw ' || insmod "$module" || exit
declare -A best
for ((round = 0; round < rounds; round++)); do
    for count in 10 1000; do
        for way in "${ways[@]}"; do
            set_up "$way" "$count" || gate "rules for $way" false
            cost=$(measure)
            take_down "$way"
            [[ -n ${best[$way $count]-} && ${best[$way $count]} -le $cost ]] || best[$way $count]=$cost
        done
    done
done
# A thousandth of the whole way is noise.
costs_at_most() { (($1 <= $2 + none / 1000)); }

for count in 10 1000; do
    none=${best[none $count]}
    line="cost: $count rules: nothing $none ns a datagram; over it:"
    declare -A over=()
    for way in "${ways[@]:1}"; do
        over[$way]=$((${best[$way $count]} - none))
        line+=" $way ${over[$way]}"
    done
    echo "$line"
    gate "$count rules: the module costs less than iptables-legacy" costs_at_most "${over[module]}" "${over[legacy]}"
    [[ -n ${over[bpf]-} ]] || continue
    gate "$count rules: links cost less than iptables-legacy" costs_at_most "${over[bpf]}" "${over[legacy]}"
    gate "$count rules: the module costs no more than links" costs_at_most "${over[module]}" "${over[bpf]}"
done
rmmod minifw
