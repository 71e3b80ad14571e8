# What the Debian package holds, and where; sourced by ./package.

# The sources from which dpkg's own scripts of the package are made.
debian=$root/packaging/debian

# rid_of ARCHITECTURE: what .NET calls it.
rid_of() {
    case $1 in
        amd64) echo linux-x64 ;;
        arm64) echo linux-arm64 ;;
        *) die "minifw is built for amd64 and arm64, not for $1" ;;
    esac
}

# program_for ARCHITECTURE: builds minifw for it and prints where it is.
program_for() {
    local rid out copy
    rid=$(rid_of "$1")
    if [[ $1 == "$(dpkg --print-architecture)" ]]; then
        say "building artifacts/minifw"
        restore "$root/src/MiniFirewall.Cli"
        publish_binary
        echo "$binary"
        return
    fi
    need_cross_compiler "$1"
    say "building minifw for $1"
    out=$root/artifacts/publish-$1
    # The lock files are of the architecture that is tested: another one is built from a copy without them.
    copy=$root/artifacts/package/source-$1
    rm -rf "$copy" && mkdir -p "$copy"
    (cd "$root" && git ls-files -z -- src kernel Directory.Build.props Directory.Packages.props global.json .editorconfig | grep -zv 'packages.lock.json$' | xargs -0 cp --parents -t "$copy")
    dotnet publish "$copy/src/MiniFirewall.Cli" -c Release -r "$rid" -o "$out" -v quiet -p:RestorePackagesWithLockFile=false \
        -p:CppCompilerAndLinker=clang -p:LinkerFlavor=lld -p:ObjCopyName=llvm-objcopy >&2 ||
        die "no minifw for $1: the words above say what is missing"
    echo "$out/minifw"
}

# install_tree TREE PROGRAM VERSION
install_tree() {
    local tree=$1 program=$2 version=$3 name page written=$root/artifacts/manual
    install -D -m 0755 "$program" "$tree/usr/sbin/minifw"
    install -d "$tree/usr/libexec/minifw"
    for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -s ../../sbin/minifw "$tree/usr/libexec/minifw/$name"
    done

    rm -rf "$written"
    restore "$root/packaging/MiniFirewall.Manual"
    dotnet run --project "$root/packaging/MiniFirewall.Manual" -c Release --no-restore -v quiet -- "$written" >&2
    for page in "$written"/man8/*.8; do
        install -D -m 0644 "$page" "$tree/usr/share/man/man8/${page##*/}"
        gzip -9n "$tree/usr/share/man/man8/${page##*/}"
    done
    install -D -m 0644 "$written/bash/minifw" "$tree/usr/share/bash-completion/completions/minifw"
    install -D -m 0644 "$written/zsh/_minifw" "$tree/usr/share/zsh/vendor-completions/_minifw"
    install -D -m 0644 "$written/fish/minifw.fish" "$tree/usr/share/fish/vendor_completions.d/minifw.fish"

    install -D -m 0644 -t "$tree/usr/lib/systemd/system" "$root"/packaging/systemd/*.service
    install -D -m 0644 "$debian/lintian-overrides" "$tree/usr/share/lintian/overrides/minifw"
    install_configuration "$tree"
    install_module_source "$tree/usr/src/minifw-$version" "$version"
    install -D -m 0644 -t "$tree/usr/share/doc/minifw" "$root"/docs/*.md "$root/README.md"
    install -m 0644 "$root/LICENSE" "$tree/usr/share/doc/minifw/copyright"
    printf 'minifw (%s) unstable; urgency=medium\n\n  * See README.md.\n\n -- %s  %s\n' "$version" "$(maintainer)" "$(date -R -d "@$(git -C "$root" log -1 --format=%ct)")" |
        gzip -9n >"$tree/usr/share/doc/minifw/changelog.gz"
}

# maintainer: who answers for the package, by Debian's variables for that.
maintainer() { echo "${DEBFULLNAME:-The miniFirewall developers} <${DEBEMAIL:-minifw@localhost}>"; }

# install_configuration TREE: files of /etc/minifw that an administrator changes; dpkg keeps such changes.
install_configuration() {
    [[ -d $root/packaging/etc ]] || return 0
    install -d "$1/etc/minifw"
    install -m 0644 -t "$1/etc/minifw" "$root"/packaging/etc/*
}

# install_module_source TREE VERSION: the kernel module for DKMS, which builds it for each kernel.
install_module_source() {
    local file module=$root/kernel/minifw
    [[ -f $module/dkms.conf ]] || return 0
    while read -r file; do
        install -D -m 0644 "$module/$file" "$1/$file"
    done < <(cd "$module" && git ls-files | grep -v '^tests/')
    sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$2\"/" "$1/dkms.conf"
}

# write_control TREE VERSION ARCHITECTURE: what dpkg reads and runs.
write_control() {
    local tree=$1 script size
    size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1)
    install -d "$tree/DEBIAN"
    sed -e "s/@VERSION@/$2/; s/@ARCHITECTURE@/$3/; s/@SIZE@/$size/; s/@DEPENDS@/$(libraries_of "$tree/usr/sbin/minifw")/; s|@MAINTAINER@|$(maintainer)|" "$debian/control" >"$tree/DEBIAN/control"
    for script in postinst prerm postrm; do
        sed "s/@VERSION@/$2/" "$debian/$script" >"$tree/DEBIAN/$script"
        chmod 0755 "$tree/DEBIAN/$script"
    done
    (cd "$tree" && find etc -type f -printf '/%p\n' 2>/dev/null | sort) >"$tree/DEBIAN/conffiles"
    [[ -s $tree/DEBIAN/conffiles ]] || rm "$tree/DEBIAN/conffiles"
    (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
}

# libraries_of PROGRAM: the packages whose libraries it is linked with; only libc, in the version whose symbols it takes.
libraries_of() {
    local version
    version=$(LC_ALL=C readelf -W --dyn-syms "$1" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
    echo "libc6 (>= $version)"
}

# need_cross_compiler ARCHITECTURE: clang links for every architecture; it needs the other one's libc.
need_cross_compiler() { need_packages clang lld llvm "libc6-dev-$1-cross" "libgcc-12-dev-$1-cross"; }
