# Inside the guest, sourced by eng/kernels/guest.sh: runs the guide's commands that need modules, and those that need nothing.
# shellcheck shell=bash disable=SC2154 # repository and tests are of the settings.

modprobe veth
dmesg -C
cd "$repository" || exit
"$tests" -noColor -noLogo -method '*Guide.GuideTests.*' -showLiveOutput >&3 2>&1 </dev/null
echo "done" >&3
exec 3>&-
sync
poweroff -f
