using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>A number in memory, of at most 32 bits unless it says otherwise, that a register points to.</summary>
/// <param name="Line">Which line of an entry it is in, where the register points to the first one (<see cref="ConnectionEntry.LineSize"/>).</param>
internal readonly record struct Slot(Register Base, int Offset, MemorySize Size, int Line = 0);
