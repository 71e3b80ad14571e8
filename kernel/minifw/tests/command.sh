#!/bin/bash
# In a guest, as root: "minifw module" with a module that "minifw module build" has made outside. Lines "gate: WORDS: ok|FAILED".
#   command.sh MINIFW DIRECTORY         loads and unloads
#   command.sh MINIFW DIRECTORY closed  has the kernel locked down, take signed modules only, then none: it stays so until it is started anew
set -u
minifw=$1 directory=$2
# shellcheck source=kernel/minifw/tests/gate.sh
. "$(dirname "$0")/gate.sh"

in_ns() { ip netns exec minifw-command "$@"; }
six_hooks() { [[ $(in_ns "$minifw" module status --json | grep -o '"priority"' | wc -l) == 6 ]]; }
on() { in_ns "$minifw" --provider module "$@"; }

if [[ ${3-} == closed ]]; then
    # As Secure Boot locks a kernel down; there is no way back.
    mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
    echo integrity >/sys/kernel/security/lockdown
    gate "a kernel that is locked down takes no unsigned module, and that is said" says 1 "the kernel is locked down (integrity)" "$minifw" module load --directory "$directory"
    gate "module status says so too" says 0 "signed ones only (lockdown integrity)" "$minifw" module status
    umount /sys/kernel/security
    echo 1 >/sys/module/module/parameters/sig_enforce
    gate "a module that nobody has signed is refused, and says why" says 1 "takes only modules that are signed" "$minifw" module load --directory "$directory"
    echo 1 >/proc/sys/kernel/modules_disabled
    gate "modules that are off are named" says 1 "kernel.modules_disabled is 1" "$minifw" module load --directory "$directory"
    exit
fi

ip netns add minifw-command
in_ns ip link set lo up
echo "-A INPUT -p udp -m udp --dport 9 -j REJECT" >/tmp/minifw-command.rules
gate "module unload says that there is none" says 1 "the module minifw is not loaded" "$minifw" module unload
gate "module load of an empty directory names the command that helps" says 1 "run 'minifw module build'" "$minifw" module load --directory /tmp
gate "module load refuses a parameter that the module does not have" says 1 "one of the parameters" "$minifw" module load --directory "$directory" most_hooks=many
gate "module load loads, with a parameter, and shows the kernel's line" says 0 "minifw: loaded" "$minifw" module load --directory "$directory" most_hooks=12
gate "module load again says that it is loaded" says 0 "loaded already" "$minifw" module load --directory "$directory"
gate "the parameter is set" grep -qx 12 /sys/module/minifw/parameters/most_hooks
gate "rules are applied" on apply /tmp/minifw-command.rules
gate "status names the provider" says 0 "module" on status
gate "module status lists the hooks" six_hooks
gate "module unload is refused while there are hooks" says 1 "the module has 6 hooks" in_ns "$minifw" module unload
gate "rules are taken off" on off
gate "module unload unloads, and shows the kernel's line" says 0 "minifw: unloaded" "$minifw" module unload
ip netns del minifw-command
