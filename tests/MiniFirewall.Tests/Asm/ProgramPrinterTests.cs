using MiniFirewall.Asm;
using Xunit;

namespace MiniFirewall.Tests.Asm;

public sealed class ProgramPrinterTests
{
    [Fact]
    public void A_listing_has_functions_slots_and_origins()
    {
        var assembler = new Assembler();
        Label chain = assembler.DefineLabel();
        assembler.BeginFunction(new("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), assembler.DefineLabel());
        assembler.LoadMap(Register.R1, "events");
        assembler.Origin = 0;
        assembler.Call(chain);
        assembler.Origin = -1;
        assembler.Exit();
        assembler.BeginFunction(new("chain", true, []), chain);
        assembler.Origin = 0;
        assembler.Return(1);

        var spec = new ProgramSpec("test", ProgramType.Netfilter, 45, assembler.Finish(), ["rules:1: -A INPUT -j ACCEPT"]);
        Assert.Equal(
            """
            main:
                0: (18) r1 = map[events]
            ; rules:1: -A INPUT -j ACCEPT
                2: (85) call pc+1
            ; (no rule)
                3: (95) exit
            chain:
            ; rules:1: -A INPUT -j ACCEPT
                4: (b7) r0 = 1
                5: (95) exit

            """,
            ProgramPrinter.Print(spec));
    }
}
