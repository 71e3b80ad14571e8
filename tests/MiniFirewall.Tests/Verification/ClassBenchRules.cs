using System.Collections.Immutable;
using System.IO.Compression;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Tests.Rules;

namespace MiniFirewall.Tests.Verification;

/// <summary>
/// A ClassBench set as a packet program, with the steps that iptables rules of the kind have. IPv6 addresses are IPv4 ones
/// behind a prefix: /n becomes /(32 + n).
/// </summary>
internal static class ClassBenchRules
{
    internal static PacketProgram Read(string name, Family family, int most = int.MaxValue)
    {
        string path = Path.Combine(SharedData.Folder("classbench"), name);
        ImmutableArray<Statement> statements = [.. Lines(path).Take(most).Select((line, i) => Parse(line, family, i))];
        return new PacketProgram(family, Hook.LocalIn, [new Block("INPUT", statements)], 0, Verdict.Drop, statements.Length + 1);
    }

    private static IEnumerable<string> Lines(string path)
    {
        if (File.Exists(path))
        {
            return File.ReadLines(path);
        }

        using var text = new StreamReader(new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress));
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>@src/len dst/len lo : hi lo : hi proto/mask ...</summary>
    private static Statement Parse(string line, Family family, int index)
    {
        string[] words = line.Split((char[])['@', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>();
        AddAddress(Field.Source, words[0], family, steps);
        AddAddress(Field.Destination, words[1], family, steps);
        AddTransport(words, family, steps);
        Outcome outcome = new Decide(index % 2 == 0 ? Verdict.Accept : Verdict.Drop);
        return new Statement(steps.ToImmutable(), index + 1, false, outcome, new Origin($"line {index + 1}", line));
    }

    private static void AddAddress(Field field, string text, Family family, ImmutableArray<Step>.Builder steps)
    {
        string[] parts = text.Split('/');
        int length = int.Parse(parts[1]), width = family == Family.IPv4 ? 32 : 64;
        UInt128 address = AddressText.Parse(Family.IPv4, parts[0]), prefix = 0;
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

    private static void AddTransport(string[] words, Family family, ImmutableArray<Step>.Builder steps)
    {
        string[] protocol = words[8].Split('/');
        int number = Convert.ToInt32(protocol[0], 16);
        if (protocol[1] == "0x00")
        {
            return;
        }

        if (family == Family.IPv6)
        {
            steps.Add(new DropWhen(FieldTest.Equal(Field.ChainBroken, 1)));
        }

        steps.Add(new Require(FieldTest.Equal(Field.Protocol, (UInt128)number)));
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
        AddPorts(Field.SourcePort, words[2], words[4], steps);
        AddPorts(Field.DestinationPort, words[5], words[7], steps);
    }

    private static void AddPorts(Field field, string low, string high, ImmutableArray<Step>.Builder steps)
    {
        if (low != "0" || high != "65535")
        {
            steps.Add(new Require(RangeTest.Between(field, UInt128.Parse(low), UInt128.Parse(high))));
        }
    }
}
