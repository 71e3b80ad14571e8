# The module minifw for a stock kernel, built against its own headers by its own suite's compiler. To be sourced.
# shellcheck shell=bash disable=SC2154 # root and binary are of common.sh, cache and mirror of packages.sh.

# build_root SUITE: a small system of that suite, in the cache; its path.
build_root() {
    local place=$cache/build-$1
    if [[ ! -f $place/ready ]]; then
        say "making a system of $1 to build modules in"
        rm -rf "$place"
        debootstrap --variant=minbase "$1" "$place" "$mirror" >"$cache/build-$1.log" 2>&1 || { tail "$cache/build-$1.log" >&2; return 1; }
        touch "$place/ready"
    fi
    echo "$place"
}

# within ROOT COMMAND...: runs it in a root, with /proc.
within() {
    # shellcheck disable=SC2016 # The inner shell expands them.
    unshare -m --propagation private sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$@"
}

# build_module RELEASE SUITE: has "minifw module build" make CACHE/modules/RELEASE/minifw.ko; and CACHE/try, where the sources are newer.
build_module() {
    local release=$1 place out=$cache/modules/$1
    [[ $cache/try -nt $root/kernel/minifw/tests/try.c ]] || gcc -static -O2 -Wall -Wextra -o "$cache/try" "$root/kernel/minifw/tests/try.c"
    if [[ -f $out/minifw.ko && -z $(find "$root/kernel/minifw" -newer "$out/minifw.ko" -type f) ]]; then
        return
    fi
    place=$(build_root "${2%-backports}") || return
    if [[ ! -d $place/usr/src/linux-headers-$release ]]; then
        say "fetching the headers of $release"
        [[ $2 != *-backports ]] || echo "deb $mirror $2 main" >"$place/etc/apt/sources.list.d/$2.list"
        # A mirror may lag behind sid by more than the index is valid for; its signature is checked all the same.
        within "$place" sh -c "apt-get update -qq -o Acquire::Check-Valid-Until=false && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make linux-headers-$release" \
            >"$cache/headers-$release.log" 2>&1 || { tail "$cache/headers-$release.log" >&2; return 1; }
    fi
    rm -rf "$place/module"
    install -D -m 0755 "$binary" "$place/usr/local/bin/minifw"
    KCFLAGS=-Werror within "$place" minifw module build --kernel "$release" --directory /module >"$cache/module-$release.log" 2>&1 || { tail -n 30 "$cache/module-$release.log" >&2; return 1; }
    mkdir -p "$out"
    cp "$place/module/$release/minifw.ko" "$out/"
}
