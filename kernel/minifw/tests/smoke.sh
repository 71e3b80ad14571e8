#!/bin/bash
# In a guest, as root: loads the module, puts programs on hooks, sends packets, takes the module away. Lines "gate: WORDS: ok|FAILED".
#   smoke.sh MODULE TRY
set -u
module=$1 try=$2
# shellcheck source=kernel/minifw/tests/gate.sh
. "$(dirname "$0")/gate.sh"

in_ns() { ip netns exec minifw-smoke "$@"; }
ping_v4() { in_ns ping -c 1 -W 5 -q 127.0.0.1 >/dev/null; }
ping_v6() { in_ns ping -6 -c 1 -W 5 -q ::1 >/dev/null; }

# What a UDP datagram to nobody brings back: the error of the answer (refused), or the drop (not permitted).
udp_error() {
    in_ns bash -c "exec 3<>/dev/udp/$1/9 && { echo >&3 && sleep 0.2; echo >&3; }" 2>&1
}
udp_answered() { udp_error "$1" | grep -q "Connection refused"; }
udp_dropped() { udp_error "$1" | grep -q "Operation not permitted"; }
udp_silent() { ! udp_error "$1" | grep -q .; }
hooks() { in_ns "$try" list | grep -qx "$1 hooks"; }

modprobe -a nf_reject_ipv4 nf_reject_ipv6 nf_defrag_ipv4 nf_defrag_ipv6
gate "the module is inserted" insmod "$module"
gate "the kernel's log says so" says 0 "minifw: loaded" dmesg
ip netns add minifw-smoke
in_ns ip link set lo up
gate "without hooks a closed port answers" udp_answered 127.0.0.1
gate "a program is attached to LOCAL_IN" in_ns "$try" attach 2 1 0 udp
gate "IPv4: UDP is dropped" udp_silent 127.0.0.1
gate "IPv4: ping passes" ping_v4
gate "IPv6: UDP passes" udp_answered ::1
gate "the same for IPv6, and at LOCAL_OUT" in_ns sh -c "$try attach 10 1 0 udp && $try attach 10 3 -5 udp"
gate "IPv6: UDP is dropped at the sender" udp_dropped ::1
gate "IPv6: ping passes" ping_v6
gate "three hooks are listed" hooks 3
gate "the same place twice is refused, and says why" says 1 "have a program already" in_ns "$try" attach 2 1 0 accept
gate "an unknown hook is refused, and says why" says 1 "no hook of that number" in_ns "$try" attach 2 7 0 accept
gate "an unknown family is refused, and says why" says 1 "neither IPv4 nor IPv6" in_ns "$try" attach 7 1 0 accept
gate "detaching what is not there is refused" says 1 "no program of this module" in_ns "$try" detach 2 1 44
gate "without CAP_NET_ADMIN all is refused" says 1 "not permitted" in_ns setpriv --bounding-set -net_admin --inh-caps -net_admin "$try" detach
gate "and to root of another user namespace, too" says 1 "not permitted" in_ns unshare -U -r "$try" detach
in_ns cat /proc/net/minifw
gate "everything is detached" in_ns "$try" detach
gate "a rejected datagram is answered" in_ns "$try" attach 2 1 0 reject
gate "by the kernel's ICMP" udp_answered 127.0.0.1
gate "fragments can be asked to be put together" in_ns "$try" attach 2 2 7 accept defrag
echo N >/sys/module/minifw/parameters/answers
gate "answers can be turned off" udp_silent 127.0.0.1
echo Y >/sys/module/minifw/parameters/answers
gate "a program of another type is refused, and says why" says 1 "of type NETFILTER" in_ns "$try" attach 2 3 9 other
# Programs of links' type came with Linux 6.4.
if kernel_is_from 6.4; then
    in_ns "$try" detach
    gate "links' programs are attached" in_ns sh -c "$try attach 2 1 0 nf-accept && $try attach 10 1 0 nf-drop"
    gate "and accept" udp_answered 127.0.0.1
    gate "or drop" udp_silent ::1
    in_ns "$try" detach
    gate "and reject" in_ns sh -c "$try attach 2 1 0 nf-reject && $try attach 10 1 0 nf-reject"
    for address in 127.0.0.1 ::1; do
        gate "$address is answered by the kernel's ICMP" udp_answered "$address"
    done
    # More than there are slots: each is given back.
    in_ns ping -q -c 20 -i 0.02 -W 1 127.0.0.1 >/dev/null
    gate "each packet is" says 1 "20 packets transmitted, 0 received, +20 errors" in_ns ping -q -c 20 -i 0.02 -W 1 127.0.0.1
    echo N >/sys/module/minifw/parameters/answers
    gate "their answers can be turned off" udp_silent 127.0.0.1
    echo Y >/sys/module/minifw/parameters/answers
    gate "and they are reloaded under traffic" in_ns bash -c "ping -f -q -c 2000 ::1 >/dev/null & $try reload 20 nf-accept; wait"
    in_ns "$try" detach
    gate "a rejected datagram is answered as before" in_ns "$try" attach 2 1 0 reject
    gate "with its fragments put together" in_ns "$try" attach 2 2 7 accept defrag
fi
gate "reloads under traffic" in_ns bash -c "ping -f -q -c 2000 127.0.0.1 >/dev/null & $try reload 20; wait"
ip netns add minifw-other
ip netns exec minifw-other "$try" attach 2 1 0 drop
gate "a namespace takes its hooks with it" ip netns del minifw-other
gate "hooks outlive their controller" hooks 2
in_ns ping -f -q -c 20000 127.0.0.1 >/dev/null &
gate "the module is removed under traffic" rmmod minifw
wait
gate "and packets pass" udp_answered 127.0.0.1
gate "it can come again" insmod "$module"
gate "and go again" rmmod minifw
ip netns del minifw-smoke
