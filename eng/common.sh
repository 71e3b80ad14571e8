# Shared by ./build, ./run and ./test: words to the user, and what the machine must have.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=$root/artifacts/minifw

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# have COMMAND...: whether every one of them is in PATH.
have() {
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 || return 1
    done
}

# need_packages PACKAGE...: installs those that dpkg does not have; says so first.
need_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    say "installing with apt-get: ${missing[*]}"
    have apt-get || die "no apt-get here: install ${missing[*]} by hand"
    ((EUID == 0)) || die "installing needs root: run this as root, or install ${missing[*]} first"
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

need_sdk() {
    have dotnet || die "the .NET 10 SDK is not in PATH: https://dotnet.microsoft.com/download/dotnet/10.0"
    local version
    version=$(cd / && dotnet --list-sdks | awk '{ print $1 }' | grep '^10\.' | tail -n 1) || true
    [[ -n $version ]] || die "dotnet is here, but no 10.x SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
}

# NativeAOT links with the system's linker and zlib.
need_linker() {
    have clang || have gcc || need_packages clang
    need_packages libc6-dev zlib1g-dev
}

# restore PROJECT: exactly the packages of the lock files; another SDK patch brings other ones of its own, and says so.
restore() {
    dotnet restore "$1" --locked-mode -v quiet >&2 && return
    say "the lock files are of another SDK patch than this one: restoring without them"
    dotnet restore "$1" --force-evaluate -v quiet >&2
}

# publish_binary: one NativeAOT binary at $binary, of a project that is restored; any warning is an error.
publish_binary() {
    local out=$root/artifacts/publish linker=clang
    have clang || linker=gcc
    dotnet publish "$root/src/MiniFirewall.Cli" -c Release -o "$out" -v quiet --no-restore -p:CppCompilerAndLinker="$linker" >&2 &&
        install -m 0755 "$out/minifw" "$binary"
}
