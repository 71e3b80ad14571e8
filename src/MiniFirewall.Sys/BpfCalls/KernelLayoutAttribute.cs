namespace MiniFirewall.Sys.BpfCalls;

/// <summary>
/// Says which C type a struct is laid out as; a test proves every field's offset and size against the C compiler and the
/// running kernel's BTF.
/// </summary>
/// <param name="type">Such as "union bpf_attr".</param>
/// <param name="prefix">Path of the member whose fields these are, with its dot; empty for the type's own.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class KernelLayoutAttribute(string type, string prefix = "") : Attribute
{
    public string Type { get; } = type;

    public string Prefix { get; } = prefix;
}
