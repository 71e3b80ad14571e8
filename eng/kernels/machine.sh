# A guest under QEMU, by emulation: the host's root for reading, one port for results, the console for the kernel. To be sourced.
# shellcheck shell=bash disable=SC2154 # root is of common.sh, cache of packages.sh.

memory=${MINIFW_KERNEL_MEMORY:-4G}

# QEMU's arguments about processors: two that take turns, one, or one whose clock is the number of instructions it has run (eight
# nanoseconds each), for measurements that do not depend on what else the host does.
# Emulated processors that run side by side trip over code that another one patches, now and then.
two_processors=(-accel "tcg,thread=single" -smp 2)
one_processor=(-accel "tcg,thread=single" -smp 1)
counting_processor=(-accel "tcg,thread=single" -icount "shift=3" -smp 1)

# virtiofsd is of qemu-system-common in Debian 12, and a package of its own later.
file_server() {
    local place
    for place in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do
        [[ ! -x $place ]] || { echo "$place"; return; }
    done
    return 1
}

# early_modules RELEASE FOLDER MODULE...: copies what the guest needs before it has a root, unpacked, with their order in FOLDER/order.
early_modules() {
    local file name kernel=$cache/$1
    mkdir -p "$2"
    : >"$2/order"
    modprobe -d "$kernel" -S "$1" -a --show-depends "${@:3}" 2>/dev/null |
        sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
        name=$(basename "${file%.xz}")
        if [[ $file == *.xz ]]; then xz -dc "$file" >"$2/$name"; else cp "$file" "$2/$name"; fi
        echo "$name" >>"$2/order"
    done
}

# make_initramfs RELEASE SETTINGS FILE
make_initramfs() {
    local folder
    folder=$(mktemp -d)
    mkdir "$folder/bin"
    cp /bin/busybox "$folder/bin/busybox"
    cp "$root/eng/kernels/init" "$folder/init"
    chmod 0755 "$folder/init"
    cp "$2" "$folder/settings"
    echo "$root" >"$folder/repository"
    early_modules "$1" "$folder/modules" virtio_pci virtiofs virtio_console overlay
    (cd "$folder" && find . | cpio -o -H newc --quiet) >"$3"
    rm -rf "$folder"
}

# serve_root SOCKET LOG: the host's root, and the repository where that is a mount of its own, on a socket, read-only; does not come back.
serve_root() {
    # shellcheck disable=SC2016 # The inner shell expands them.
    exec unshare -m --propagation private bash -c '
        set -e
        view=$(mktemp -d)
        mount --bind / "$view"
        mount -o remount,bind,ro "$view"
        exec "$1" --socket-path="$2" -o source="$view" -o cache=always -o sandbox=chroot' - "$(file_server)" "$1" >"$2" 2>&1
}

# run_guest RELEASE FOLDER SECONDS [ARGUMENT...]: FOLDER has settings; gets console, results. The arguments are QEMU's for processors.
# Its code is QEMU's, or 124 where time ran out.
run_guest() {
    local release=$1 folder=$2 seconds=$3 server code=0 tries processors=("${@:4}")
    ((${#processors[@]})) || processors=("${two_processors[@]}")
    make_initramfs "$release" "$folder/settings" "$folder/initramfs"
    rm -f "$folder/files.socket"
    : >"$folder/results"
    serve_root "$folder/files.socket" "$folder/files.log" &
    server=$!
    for ((tries = 0; tries < 100; tries++)); do
        [[ ! -S $folder/files.socket ]] || break
        sleep 0.1
    done
    # shellcheck disable=SC2054 # Commas are QEMU's.
    local arguments=(
        -nodefaults -no-user-config -display none -no-reboot -nic none
        # Without erms and fsrm the kernel clears and copies pages by words: byte by byte takes emulation a tenth of all time.
        "${processors[@]}" -cpu max,-erms,-fsrm -m "$memory"
        -object memory-backend-memfd,id=memory,size="$memory",share=on -numa node,memdev=memory
        -kernel "$cache/$release/vmlinuz" -initrd "$folder/initramfs"
        # Emulated processors, and the timer, stand still for seconds where the host is busy; that is no fault of the guest's kernel.
        -append "console=ttyS0 loglevel=7 panic=-1 nowatchdog no_timer_check rcupdate.rcu_cpu_stall_suppress=1 mitigations=off"
        -serial "file:$folder/console"
        -chardev "socket,id=files,path=$folder/files.socket" -device vhost-user-fs-pci,chardev=files,tag=host
        -device virtio-serial-pci -chardev "file,id=results,path=$folder/results"
        -device virtserialport,chardev=results,name=minifw.results
    )
    timeout -k 10 "$seconds" nice -n 5 qemu-system-x86_64 "${arguments[@]}" >"$folder/qemu.log" 2>&1 || code=$?
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    return "$code"
}
