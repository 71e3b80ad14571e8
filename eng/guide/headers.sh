# Debian's kernel headers, beside the kernel that they are of; to be sourced after eng/kernels/packages.sh.
# shellcheck shell=bash disable=SC2154 # cache is of packages.sh.

# fetch_headers RELEASE SUITE: makes CACHE/headers/RELEASE with usr/src and usr/lib/linux-kbuild-…, if it is not there.
fetch_headers() {
    local release=$1 folder=$cache/headers/$1 packages fresh part head="linux-headers-$1"
    [[ ! -d $folder ]] || return 0
    packages=$(index "$2") || return
    fresh=$(mktemp -d "$cache/unpacking.XXXXXX")
    for part in "$head" $(paragraph "$packages" "$head" | field Depends | tr , '\n' | sed -n 's/^ *\(linux-\(headers\|kbuild\)-[^ ]*\).*/\1/p'); do
        unpack "$packages" "$part" "$fresh" || { rm -rf "$fresh"; return 1; }
    done
    mkdir -p "$cache/headers" && mv "$fresh" "$folder"
}
