# Inside the guest, sourced by eng/kernels/guest.sh: the headers where a package would put them, then the guide's commands.
# shellcheck shell=bash disable=SC2154 # repository, tests, headers and the rest are of the settings and of guest.sh.

# headers_in_place: as the packages linux-headers-RELEASE and linux-kbuild-RELEASE install them.
headers_in_place() {
    local kbuild
    mount --bind "$headers/usr/src" /usr/src
    for kbuild in "$headers"/usr/lib/linux-kbuild-*; do
        mkdir -p "/usr/lib/${kbuild##*/}"
        mount --bind "$kbuild" "/usr/lib/${kbuild##*/}"
    done
    ln -sfn "/usr/src/linux-headers-$release" "$modules/build"
}

headers_in_place
modprobe veth
dmesg -C
cd "$repository" || exit
"$tests" -noColor -noLogo -method '*Guide.GuideTests.*' -showLiveOutput >&3 2>&1 </dev/null
echo "done" >&3
exec 3>&-
sync
poweroff -f
