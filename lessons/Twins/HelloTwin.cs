using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Packets;

namespace MiniFirewall.Lessons.Twins;

/// <summary>The smallest program: it is loaded, run on a packet that never was, and gone when this process lets go of it.</summary>
internal static class HelloTwin
{
    internal static void Run(Arguments arguments)
    {
        arguments.RequireNoWords();
        using BpfProgram program = NetfilterCode.Program("hello", code => code.Return(NetfilterCode.Accept)).Load();
        Console.WriteLine($"hello: the verifier has taken program {program.Info().Id}");

        byte[] packet = new byte[20];
        packet[0] = 0x45; // IP version 4, a header of 5 words
        uint verdict = program.TestRun(Family.IPv4, Hook.LocalIn, packet).Result;
        Console.WriteLine($"hello: run on a packet, it says {(verdict == NetfilterCode.Accept ? "NF_ACCEPT" : "NF_DROP")}");
    }
}
