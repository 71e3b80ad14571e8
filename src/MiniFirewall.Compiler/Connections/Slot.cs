using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>A number in memory, of at most 32 bits unless it says otherwise, that a register points to.</summary>
internal readonly record struct Slot(Register Base, int Offset, MemorySize Size);
