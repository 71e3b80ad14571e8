namespace MiniFirewall.Bpf;

/// <summary>What a complaint of the verifier means to whoever loads a rule set.</summary>
internal static class VerifierHints
{
    internal const string TooLarge = "BPF program is too large";

    private static readonly (string Says, string Means)[] Known =
    [
        ("jumps is too complex", "it follows at most 8,192 branches at once: the rules leave too many open"),
        (TooLarge, "it goes through at most one million instructions: fewer rules, or rules in more chains"),
        ("is not allowed", "this kernel keeps that function from programs of this type: a newer one may not"),
        ("cannot use helper", "this kernel keeps that helper from programs of this type: a newer one may not"),
        ("unknown func", "this kernel does not know that function: a newer one may"),
        ("cannot call GPL-restricted function", "the kernel does not take our licence for GPL-compatible"),
    ];

    public static string For(string complaint)
    {
        foreach ((string says, string means) in Known)
        {
            if (complaint.Contains(says, StringComparison.Ordinal))
            {
                return means;
            }
        }

        return "this is a bug of miniFirewall's compiler, not of the rules: please report it with the log";
    }
}
