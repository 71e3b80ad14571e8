# A Debian root as debootstrap makes it; sourced.

# clean_root SUITE [PACKAGE...]: sets clean_root to the directory of one with those packages, made where it is not there yet.
clean_root() {
    local suite=$1 more
    shift
    more=$(IFS=, && echo "$*")
    clean_root=$root/artifacts/package/root-$suite${more:+-with-${more//,/+}}
    [[ ! -f $clean_root/made ]] || return 0
    need_packages debootstrap
    say "making a Debian root of $suite"
    rm -rf "$clean_root"
    mkdir -p "$clean_root"
    debootstrap --variant=minbase ${more:+--include="$more"} "$suite" "$clean_root/root" http://deb.debian.org/debian >"$clean_root/log" 2>&1 ||
        { tail -n 20 "$clean_root/log" >&2; die "debootstrap failed"; }
    rm -f "$clean_root"/root/var/cache/apt/archives/*.deb
    touch "$clean_root/made"
}
