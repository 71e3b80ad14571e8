using MiniFirewall.Asm;

namespace MiniFirewall.Kernel.Tests.Module;

/// <summary>A seeded mistake: what a program reads of the kernel's memory is read a byte further on.</summary>
internal static class Shifted
{
    internal static ProgramSpec ByOne(ProgramSpec spec) => spec with
    {
        Code = spec.Code with { Instructions = [.. spec.Code.Instructions.Select(Shift)] },
    };

    private static Instruction Shift(Instruction instruction) => instruction.Reference is KernelAccessReference { Access: KernelMemberReference { Struct: "sk_buff", Member: "data" } } access
        ? instruction with { Reference = access with { Access = new KernelMemberReference("sk_buff", "head") } }
        : instruction;
}
