using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>
/// The function find_odd(ctx, key, low | end &lt;&lt; 32, chain, epoch): the search for odd packets, out of the ordinary ones' way. Returns
/// order &lt;&lt; 32 | action of the best entry, with the action <see cref="ResultCode.Invalid"/> where it drops the packet as invalid;
/// 0 where there is none.
/// </summary>
internal sealed class OddFunction(Assembler code, Family family, ImageAccess image, Label runOps)
{
    private const int Context = -8, Tuples = -16, Salt = -24, Low = -28, Epoch = -32, Action = -36, Candidate = -40, Entry = -44, Element = -48;

    internal void EmitFunction(Label entry)
    {
        Label exhausted = code.DefineLabel("exhausted"), found = code.DefineLabel("found");
        code.BeginFunction(new Function("find_odd", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("bounds"), new NumberParameter("chain"), new NumberParameter("epoch")]), entry);
        NullGuard.Emit(code, Register.R2, ResultCode.Invalid);
        code.Store(MemorySize.DoubleWord, Register.R10, Context, Register.R1);
        code.Move(LookupSite.Key, Register.R2);
        code.Store(MemorySize.Word, Register.R10, Epoch, Register.R5);
        code.Store(MemorySize.Word, Register.R10, Low, Register.R3);
        code.Move(LookupSite.Best, Register.R3);
        code.Alu(AluOperation.ShiftRight, LookupSite.Best, 32);
        image.Bound(Register.R4, image.Layout.Capacity.Chains, exhausted);
        image.AddressOfChain(Register.R1, Register.R4);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R1, ImageFormat.ChainOddTuples);
        code.Store(MemorySize.DoubleWord, Register.R10, Tuples, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R1, ImageFormat.ChainSalt);
        code.Store(MemorySize.DoubleWord, Register.R10, Salt, Register.R2);
        code.LoadMapValue(Register.R2, WellKnownMaps.Image, ImageLayout.ZeroWord);
        code.Load(MemorySize.Word, Register.R2, Register.R2, 0);
        foreach (int number in (ReadOnlySpan<int>)[Action, Candidate, Entry, Element])
        {
            code.Store(MemorySize.Word, Register.R10, number, Register.R2);
        }

        var site = new LookupSite(IsOdd: true, Context, Tuples, Ports: 0, Salt, Low, Action, Candidate, Element, Entry, Epoch, Likely: null);
        new LookupEmitter(code, family, image, site, runOps).Emit(exhausted);
        code.Load(MemorySize.Word, Register.R1, Register.R10, Action);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, found);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(found);
        code.Move(Register.R0, LookupSite.Best);
        code.Alu(AluOperation.ShiftLeft, Register.R0, 32);
        code.Alu(AluOperation.Or, Register.R0, Register.R1);
        code.Exit();
        code.Mark(exhausted);
        code.Move(Register.R0, ResultCode.Invalid);
        code.Exit();
    }
}
