# The tests compiled ahead of time for the guest, where compiling them while they run takes a third of all time. To be sourced.
# shellcheck shell=bash disable=SC2154 # root is of common.sh, dotnet of run.

ahead=$root/tests/MiniFirewall.Kernel.Tests/bin/ahead

# compiler: the path of the SDK's compiler of whole assemblies, which its package brings.
compiler() {
    local project=$root/eng/kernels/ahead/Ahead.csproj
    dotnet restore "$project" -v quiet >&2 &&
        dotnet msbuild "$project" -t:ResolveFrameworkReferences\;ResolveReadyToRunCompilers -getItem:Crossgen2Tool | sed -n 's/^ *"FullPath": "\(.*\)",*$/\1/p'
}

# compile_ahead FOLDER: makes $ahead of the tests in FOLDER, where they are newer; says so and fails where the compiler is not to be had.
compile_ahead() {
    local tool file name framework
    [[ ! -f $ahead/done || -n $(find "$1" -newer "$ahead/done" -name '*.dll') ]] || return 0
    say "compiling the tests ahead of time for the guest"
    tool=$(compiler) || tool=
    [[ -x $tool ]] || { say "the SDK's ahead-of-time compiler (Microsoft.NETCore.App.Crossgen2) is not to be had: the tests will take longer"; return 1; }
    framework=$(find "$dotnet/shared/Microsoft.NETCore.App" -maxdepth 1 -name '10.*' | sort -V | tail -n 1)
    rm -rf "$ahead"
    cp -a "$1" "$ahead" || die "no room for the tests in $ahead"
    for file in "$1"/*.dll; do
        name=${file##*/}
        "$tool" "$file" -o "$ahead/$name" -r "$framework/*.dll" -r "$1/*.dll" --targetos linux --targetarch x64 -O >"$ahead/log" 2>&1 || die "$name cannot be compiled ahead of time: $(<"$ahead/log")"
    done
    touch "$ahead/done"
}
