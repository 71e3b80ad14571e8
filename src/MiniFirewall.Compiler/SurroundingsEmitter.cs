using MiniFirewall.Asm;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Reads what the kernel knows beside the packet's bytes: interfaces and mark.</summary>
internal sealed class SurroundingsEmitter(Assembler code, FieldUse use, PrologueKind prologue)
{
    internal void Emit()
    {
        if (use.Has(Field.InInterface))
        {
            EmitInterface("in", TestInputLayout.InInterface, PacketKey.InInterfaceHigh, PacketKey.InInterfaceLow);
        }

        if (use.Has(Field.OutInterface))
        {
            EmitInterface("out", TestInputLayout.OutInterface, PacketKey.OutInterfaceHigh, PacketKey.OutInterfaceLow);
        }

        if (use.Has(Field.Mark))
        {
            EmitMark();
        }

        if (prologue == PrologueKind.Test && use.AsksConnection)
        {
            EmitConnection();
        }
    }

    /// <summary>State and direction stand side by side in both places. Outside tests the packet's connection is looked for when the key is complete.</summary>
    private void EmitConnection()
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.TestInput, TestInputLayout.ConnectionState);
        code.Load(MemorySize.Half, Register.R1, Register.R1, 0);
        code.Store(MemorySize.Half, Register.R10, Frame.MainKey + PacketKey.ConnectionState, Register.R1);
    }

    private void EmitMark()
    {
        if (prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R1, WellKnownMaps.TestInput, TestInputLayout.Mark);
            code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        }
        else
        {
            code.LoadMember(MemorySize.Word, Register.R1, Frame.Skb, "sk_buff", "mark");
        }

        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.Mark, Register.R1);
    }

    private void EmitInterface(string member, int testOffset, int high, int low)
    {
        if (prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R2, WellKnownMaps.TestInput, testOffset);
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, 0);
            EmitStore(high);
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, 8);
            EmitStore(low);
            return;
        }

        Label none = code.DefineLabel("no interface"), done = code.DefineLabel("interface done");
        UntrustedContext.Cast(code, Frame.MainContext);
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Register.R0, "bpf_nf_ctx", "state");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Register.R2, "nf_hook_state", member);
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "net_device", "name", 0);
        EmitStore(high);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "net_device", "name", 8);
        EmitStore(low);
        code.Jump(done);
        code.Mark(none);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Frame.MainKey + high, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Frame.MainKey + low, 0);
        code.Mark(done);
    }

    private void EmitStore(int to)
    {
        code.ToBigEndian(Register.R1, 64);
        code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + to, Register.R1);
    }
}
