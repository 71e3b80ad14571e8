using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// Register conventions.
/// <list type="table">
/// <item>R0 results; R1-R5 scratch, arguments, lost over every call.</item>
/// <item>Block functions: R6 the packet key, R7 the context. R8, R9 free.</item>
/// <item>Main: R6 the context, R7 the skb, R8 the network header (inlined cast), R9 skb->len.</item>
/// </list>
/// </summary>
internal static class Frame
{
    internal const Register Key = Register.R6;
    internal const Register BlockContext = Register.R7;

    internal const Register MainContext = Register.R6;
    internal const Register Skb = Register.R7;
    internal const Register NetworkHeader = Register.R8;
    internal const Register SkbLength = Register.R9;

    /// <summary>The packet key on main's stack, from the frame pointer.</summary>
    internal const int MainKey = -PacketKey.Size;

    /// <summary>Four bytes of a counter's index for map look-ups, in block functions and (below the key) in main.</summary>
    internal const int BlockCounterIndex = -4;
    internal const int MainCounterIndex = MainKey - 4;

    internal static Function BlockFunction(string name) => new(name, IsGlobal: true,
        [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size)]);
}
