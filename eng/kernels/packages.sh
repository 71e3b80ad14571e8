# Debian's cloud kernels, or those of another flavour: found in the suites' signed indices, downloaded, unpacked into the cache. To be sourced; "architecture" says whose, amd64's
# where nobody has set it.
# shellcheck shell=bash disable=SC2154 # root is of common.sh.

mirror=http://deb.debian.org/debian
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
suites=(bookworm bookworm-backports trixie sid)
cache=$root/artifacts/kernels
architecture=${architecture:-amd64}
flavour=${MINIFW_KERNEL_FLAVOUR-cloud}

# download URL FILE: all of it or nothing.
download() {
    curl -fsS --retry 3 -o "$2.part" "$1" && mv "$2.part" "$2"
}

# has_hash FILE SHA256
has_hash() { [[ $(sha256sum "$1" | cut -d ' ' -f 1) == "$2" ]]; }

# index SUITE: prints the path of its list of packages, which is fetched where the mirror has another one.
index() {
    local folder=$cache/indices release packages hash
    release=$folder/$1.Release packages=$folder/$1.$architecture.Packages.xz
    mkdir -p "$folder"
    download "$mirror/dists/$1/InRelease" "$folder/$1.InRelease" || return
    gpgv -q --keyring "$keyring" --output "$release" "$folder/$1.InRelease" 2>"$folder/$1.gpgv" || { say "$1: the mirror's index is not signed by $keyring: $(<"$folder/$1.gpgv")"; return 1; }
    hash=$(awk -v list="main/binary-$architecture/Packages.xz" '/^SHA256:/ { here = 1 } here && $3 == list { print $1; exit }' "$release")
    if ! { [[ -f $packages ]] && has_hash "$packages" "$hash"; }; then
        say "fetching the index of $1"
        { download "$mirror/dists/$1/main/binary-$architecture/Packages.xz" "$packages" && has_hash "$packages" "$hash"; } || { say "$1: the mirror's index is not the one that its Release file names"; return 1; }
    fi
    echo "$packages"
}

# field NAME: of the one paragraph on standard input.
field() { sed -n "s/^$1: //p"; }

# paragraph INDEX PACKAGE: the newest version's.
paragraph() {
    local version
    version=$(xz -dc "$1" | awk -v RS= -v name="Package: $2" 'index($0, name "\n") == 1' | field Version | sort -V | tail -n 1)
    xz -dc "$1" | awk -v RS= -v name="Package: $2" -v version="Version: $version" 'index($0, name "\n") == 1 && index($0, "\n" version "\n")'
}

# candidates SUITE PREFIX: "RELEASE SUITE" for each kernel there whose release begins so.
candidates() {
    local packages
    packages=$(index "$1") || return
    xz -dc "$packages" | sed -n "s/^Package: linux-image-\\([0-9.]*\\(-[0-9]*\\)\\?\\([+~][^ -]*\\)\\?${flavour:+-$flavour}-$architecture\\)\$/\\1 $1/p" | awk -v prefix="$2" '
        prefix == "" || index($1, prefix) == 1 && substr($1, length(prefix) + 1) !~ /^[0-9]/'
}

# find_kernel NAME: prints "RELEASE SUITE" of the newest kernel of a suite, or of those whose version begins so.
find_kernel() {
    local suite found
    if [[ " ${suites[*]} " == *" $1 "* ]]; then
        found=$(candidates "$1" "")
    else
        found=$(for suite in "${suites[@]}"; do candidates "$suite" "$1" || exit; done)
    fi || return
    found=$(sort -V <<<"$found" | tail -n 1)
    [[ -n $found ]] || { say "$1: neither a suite (${suites[*]}) nor the beginning of a ${flavour:-plain} kernel's version in one of them"; return 1; }
    echo "$found"
}

# unpack INDEX PACKAGE FOLDER
unpack() {
    local about file
    about=$(paragraph "$1" "$2")
    file=$3/${2}.deb
    say "fetching $2"
    download "$mirror/$(field Filename <<<"$about")" "$file" || return
    has_hash "$file" "$(field SHA256 <<<"$about")" || { say "$2: not the package that the index names"; return 1; }
    dpkg-deb -x "$file" "$3" && rm "$file"
}

# fetch_kernel RELEASE SUITE: makes CACHE/RELEASE with vmlinuz and lib/modules/RELEASE, if it is not there.
# The package linux-image-RELEASE holds the kernel, or since 7.0 depends on those of the same release that do.
fetch_kernel() {
    local release=$1 folder=$cache/$1 packages fresh part image="linux-image-$1"
    [[ ! -f $folder/vmlinuz ]] || return 0
    packages=$(index "$2") || return
    fresh=$(mktemp -d "$cache/unpacking.XXXXXX")
    for part in "$image" $(paragraph "$packages" "$image" | field Depends | tr , '\n' | sed -n "s/^ *\\(linux-[a-z]*-$release\\) .*/\\1/p"); do
        unpack "$packages" "$part" "$fresh" || { rm -rf "$fresh"; return 1; }
    done
    arrange "$release" "$fresh" && rm -rf "$folder" && mv "$fresh" "$folder"
}

# arrange RELEASE FOLDER: packages before 7.0 have vmlinuz in boot and some their modules in lib; all else is thrown away.
arrange() {
    local release=$1 folder=$2 modules
    modules=$(find "$folder/lib/modules/$release" "$folder/usr/lib/modules/$release" -maxdepth 0 2>/dev/null | head -n 1)
    [[ -n $modules ]] || { say "$release: its packages hold no modules"; return 1; }
    mkdir "$folder/kept"
    mv "$modules" "$folder/kept/$release"
    cp "$(find "$folder/kept/$release/vmlinuz" "$folder/boot/vmlinuz-$release" 2>/dev/null | head -n 1)" "$folder/kept/vmlinuz"
    find "$folder" -mindepth 1 -maxdepth 1 ! -name kept -exec rm -rf {} +
    mkdir -p "$folder/lib/modules"
    mv "$folder/kept/$release" "$folder/lib/modules/"
    depmod -b "$folder" "$release" && mv "$folder/kept/vmlinuz" "$folder/" && rmdir "$folder/kept"
}
