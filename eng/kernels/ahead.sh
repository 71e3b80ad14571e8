# The tests compiled ahead of time for the guest, where compiling them while they run takes a third of all time. To be sourced.
# shellcheck shell=bash disable=SC2154 # root is of common.sh, dotnet of run.

ahead=$root/tests/MiniFirewall.Kernel.Tests/bin/ahead

# compiler: the path of the SDK's compiler of whole assemblies, which its package brings.
compiler() {
    local project=$root/eng/kernels/ahead/Ahead.csproj
    dotnet restore "$project" -v quiet >&2 &&
        dotnet msbuild "$project" -t:ResolveFrameworkReferences\;ResolveReadyToRunCompilers -getItem:Crossgen2Tool | sed -n 's/^ *"FullPath": "\(.*\)",*$/\1/p'
}

# compile_ahead FOLDER: makes $ahead of the tests in FOLDER. An assembly that cannot be compiled so stays as it is.
compile_ahead() {
    local tool file name
    [[ ! -f $ahead/done || -n $(find "$1" -newer "$ahead/done" -name '*.dll') ]] || return 0
    say "compiling the tests ahead of time for the guest"
    tool=$(compiler) && [[ -x $tool ]] || { say "the SDK's ahead-of-time compiler (Microsoft.NETCore.App.Crossgen2) is not to be had"; return 1; }
    rm -rf "$ahead" && cp -a "$1" "$ahead"
    for file in "$1"/*.dll; do
        name=${file##*/}
        "$tool" "$file" -o "$ahead/$name.ahead" -r "$dotnet/shared/Microsoft.NETCore.App/10.*/*.dll" -r "$1/*.dll" --targetos linux --targetarch x64 -O >"$ahead/$name.log" 2>&1 &&
            mv "$ahead/$name.ahead" "$ahead/$name" || { say "$name stays as it is: $(tail -n 1 "$ahead/$name.log")"; rm -f "$ahead/$name.ahead"; }
    done
    touch "$ahead/done"
}
