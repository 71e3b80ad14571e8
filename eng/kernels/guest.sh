#!/bin/bash
# Inside the guest, as its first process: makes the machine ready, runs the tests, writes what they say to the port of results.
# The host's eng/kernels/run reads there lines "gate: WORDS: ok|FAILED", the test runner's own words, and last "done".
# shellcheck disable=SC2154 # repository, mode, part, script, tests, binary, module, try and selections are of the settings.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

# shellcheck disable=SC1091
. /run/settings
mount -t tmpfs -o mode=0755 run /run
# A repository in there must stay to be seen; what is written goes to memory in any case.
[[ $repository == /tmp/* ]] || mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=1777 shm /dev/shm 2>/dev/null || { mkdir -p /dev/shm && mount -t tmpfs -o mode=1777 shm /dev/shm; }
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
mount -t cgroup2 cgroup /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
release=$(uname -r)
modules=/usr/lib/modules/$release
mkdir -p "$modules"
mount --bind "$repository/artifacts/kernels/$release/lib/modules/$release" "$modules"
ip link set lo up

results=
for ((tries = 0; tries < 50; tries++)); do
    for port in /sys/class/virtio-ports/*; do
        [[ $(cat "$port/name" 2>/dev/null) != minifw.results ]] || results=/dev/${port##*/}
    done
    [[ -z $results ]] || break
    sleep 0.1
done
[[ -c $results ]] || { echo "minifw: no port of results"; poweroff -f; }
exec 3>"$results"
# shellcheck source=eng/guide/guest.sh
[[ $mode != guide ]] || . "$repository/eng/guide/guest.sh"

# shellcheck source=kernel/minifw/tests/gate.sh
. "$repository/kernel/minifw/tests/gate.sh"

# What must be as before when all is over: BPF objects, namespaces, mounts, the place of minifw's own pins. The history of a namespace that
# has ended may stay until the next command that changes rules.
state() {
    "$repository/artifacts/kernels/bpf-ids"
    ip netns list
    lsns -n -t net -o NS
    cut -d ' ' -f 5,9- /proc/self/mountinfo
    find /run/minifw -mindepth 1 ! -type f ! -path '/run/minifw/kept-*' 2>/dev/null
}

nothing_left() {
    local tries
    # iproute2's own, where a test was the first to make a namespace.
    umount /run/netns 2>/dev/null
    # The kernel frees programs, maps and namespaces a while after their last user has gone.
    for ((tries = 0; tries < 20; tries++)); do
        state >/tmp/after
        diff /tmp/before /tmp/after >/dev/null && return
        sleep 1
    done
    diff /tmp/before /tmp/after
}

# refused ARGUMENT...: the kernel cannot do it, and minifw says what is missing.
refused() {
    local said code=0
    said=$("$binary" "$@" 2>&1 </dev/null) || code=$?
    echo "minifw $*: exit code $code: $said"
    ((code == 3)) && [[ $said == *"has no BPF links on Netfilter's hooks"* ]]
}

refuses_this_kernel() {
    echo '-A INPUT -p tcp --dport 22 -j DROP' >/tmp/rules
    refused apply /tmp/rules && refused apply --check /tmp/rules && refused iptables -A INPUT -j DROP && refused ip6tables -A INPUT -j DROP
}

# run_tests ARGUMENT...
run_tests() {
    local code=0
    "$tests" -noColor -noLogo -reporter verbose "$@" >&3 2>&1 </dev/null || code=$?
    echo "exit code of the tests: $code" >&3
}

module_by_itself() {
    [[ $mode != module ]] || gate "without the module minifw says what this kernel lacks, exit code 3" refuses_this_kernel >&3 2>&1
    bash "$repository/kernel/minifw/tests/smoke.sh" "$module" "$try" >&3 2>&1 </dev/null
    bash "$repository/kernel/minifw/tests/command.sh" "$binary" "$modules_built" >&3 2>&1 </dev/null
}

modprobe -a ip_tables ip6_tables iptable_filter ip6table_filter nf_tables x_tables veth tun dummy bridge br_netfilter 2>&1 | sed 's/^/minifw: /'
state >/tmp/before
if [[ $mode == script ]]; then
    "${script[@]}" >&3 2>&1 </dev/null
elif [[ $mode == costs ]]; then
    bash "$repository/kernel/minifw/tests/costs.sh" "$binary" "$module" "$try" >&3 2>&1 </dev/null
else
    cd "$repository" || exit
    ((part > 1)) || module_by_itself
    # insmod brings none of the kernel's own modules that this one stands on.
    modprobe -a nf_reject_ipv4 nf_reject_ipv6 nf_defrag_ipv4 nf_defrag_ipv6
    gate "the module is loaded for the tests" insmod "$module" >&3 2>&1
    # With the module loaded each comparison is with both providers, as far as the kernel has links.
    [[ $mode == module ]] || run_tests "${selection[@]}"
    MINIFW_PROVIDER=module run_tests "${selection_module[@]}"
    gate "the module is removed" rmmod minifw >&3 2>&1
    ((part > 1)) || bash "$repository/kernel/minifw/tests/command.sh" "$binary" "$modules_built" closed >&3 2>&1 </dev/null
fi
gate "nothing is left behind" nothing_left >&3 2>&1
echo "done" >&3
exec 3>&-
sync
poweroff -f
