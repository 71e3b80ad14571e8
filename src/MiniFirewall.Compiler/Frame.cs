using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// Register and stack conventions.
/// <list type="table">
/// <item>R0 results; R1-R5 scratch, arguments, lost over every call.</item>
/// <item>Main's prologue: R6 the context, R7 the skb, R8 a window on the packet (<see cref="HeaderWindow"/>), R9 skb->len.</item>
/// <item>Blocks, as functions or inside main: R6 the packet key, R7 the context. R8, R9 untouched.</item>
/// </list>
/// </summary>
internal static class Frame
{
    internal const Register MainContext = Register.R6;
    internal const Register Skb = Register.R7;
    internal const Register Window = Register.R8;
    internal const Register SkbLength = Register.R9;

    internal const Register Key = Register.R6;
    internal const Register BlockContext = Register.R7;

    // Main's stack, from the frame pointer down: the key, a counter's index, a dynptr, a buffer for the transport header.
    internal const int MainKey = -PacketKey.Size;
    internal const int MainCounterIndex = MainKey - 4;

    /// <summary>The element of the counter map that has it (<see cref="CounterEmitter"/>).</summary>
    internal const int MainCounterElement = MainCounterIndex - 8;

    /// <summary>A byte, not zero where the packet begins a connection.</summary>
    internal const int MainBegins = MainCounterIndex - 4;

    /// <summary>A byte, 1 where a packet that is dropped goes on until it has been handed to targets; only of packets that are dropped.</summary>
    internal const int MainDropsLater = MainCounterIndex - 3;

    internal const int MainDynptr = MainCounterIndex - 28;
    internal const int TransportBuffer = MainDynptr - TransportBufferBytes;
    internal const int TransportBufferBytes = 24;

    internal static Function BlockFunction(string name) => new(name, IsGlobal: true,
        [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size)]);
}

/// <summary>Where a block's code stands: in a function of its own, or inside main.</summary>
/// <param name="CounterElement">Four bytes of stack for the number of a counter's element.</param>
/// <param name="FirstTemporary">Eight bytes of stack, and as many below as conditions nest.</param>
/// <param name="EmitReturn">Ends the block with the result in R0.</param>
internal sealed record BlockPlace(int CounterElement, int FirstTemporary, Action EmitReturn)
{
    internal static BlockPlace InFunction(Assembler code) => new(-4, -16, code.Exit);

    /// <summary>The transport buffer is free again when blocks run.</summary>
    internal static BlockPlace InMain(Action emitReturn) => new(Frame.MainCounterElement, Frame.MainDynptr - 8, emitReturn);
}
