using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Testing.ClassBench;
using MiniFirewall.Tests.Rules;

namespace MiniFirewall.Tests.Verification;

/// <summary>
/// A ClassBench set as a packet program, with the steps that iptables rules of the kind have. IPv6 addresses are IPv4 ones
/// behind a prefix: /n becomes /(32 + n).
/// </summary>
internal static class ClassBenchProgram
{
    internal static PacketProgram Read(string name, Family family)
    {
        ClassBenchFile file = ClassBenchFile.AllOf(SharedData.Folder("classbench")).Single(file => file.Name == name);
        ImmutableArray<Statement> statements = [.. file.ReadFilters().Select((line, i) => StatementOf(line, family, i))];
        return new PacketProgram(family, Hook.LocalIn, [new Block("INPUT", statements)], 0, Verdict.Drop, statements.Length + 1);
    }

    private static Statement StatementOf(FilterLine line, Family family, int index)
    {
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>();
        AddAddress(Field.Source, line.Source, family, steps);
        AddAddress(Field.Destination, line.Destination, family, steps);
        AddTransport(line, family, steps);
        Outcome outcome = new Decide(index % 2 == 0 ? Verdict.Accept : Verdict.Drop);
        return new Statement(steps.ToImmutable(), index + 1, false, outcome, new Origin($"line {index + 1}", $"{line}"));
    }

    private static void AddAddress(Field field, Prefix ip, Family family, ImmutableArray<Step>.Builder steps)
    {
        int length = ip.Length, width = family == Family.IPv4 ? 32 : 64;
        UInt128 address = ip.Address, prefix = 0;
        if (family == Family.IPv6)
        {
            (address, prefix, length) = (address << 64, (UInt128)0x20010db8 << 96, length == 0 ? 0 : length + 32);
        }

        if (length > 0)
        {
            UInt128 mask = ((UInt128.One << length) - 1) << (width - length) << (family == Family.IPv4 ? 0 : 64);
            steps.Add(new Require(new FieldTest(field, mask, (address | prefix) & mask)));
        }
    }

    private static void AddTransport(FilterLine line, Family family, ImmutableArray<Step>.Builder steps)
    {
        if (line.Protocol is not { } number)
        {
            return;
        }

        if (family == Family.IPv6)
        {
            steps.Add(new DropWhen(FieldTest.Equal(Field.ChainBroken, 1)));
        }

        steps.Add(new Require(FieldTest.Equal(Field.Protocol, number)));
        if (number is not (IpProtocol.Tcp or IpProtocol.Udp))
        {
            return;
        }

        if (number == IpProtocol.Tcp && family == Family.IPv4)
        {
            steps.Add(new DropWhen(FieldTest.Equal(Field.FragmentOffset, 1)));
        }

        steps.Add(new Require(FieldTest.Equal(Field.FragmentOffset, 0)));
        steps.Add(new DropWhen(RangeTest.Between(Field.TransportLength, 0, number == IpProtocol.Tcp ? 19u : 7u)));
        AddPorts(Field.SourcePort, line.SourcePorts, steps);
        AddPorts(Field.DestinationPort, line.DestinationPorts, steps);
    }

    private static void AddPorts(Field field, PortSpan ports, ImmutableArray<Step>.Builder steps)
    {
        if (!ports.IsAll)
        {
            steps.Add(new Require(RangeTest.Between(field, ports.Low, ports.High)));
        }
    }
}
