namespace MiniFirewall.Kernel.Tests.Sys;

/// <summary>A field of one of our structs, and the C field that it stands for.</summary>
/// <param name="Type">Such as "union bpf_attr".</param>
/// <param name="Prefix">Path of the member that our struct is laid out as, with its dot, or empty.</param>
internal sealed record Field(string Type, string Prefix, string Name, int Offset, int Size)
{
    public string Path => $"{Type} {Prefix}{Name}";
}
