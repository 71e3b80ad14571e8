using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MiniFirewall.Lessons.Rules;

/// <summary>A rule as the module takes it: struct lesson_rule of kernel/lessons/rules/rules.h. Addresses and port are in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LessonRule
{
    internal const int Size = 24, Max = 64;

    internal ulong Packets;
    internal uint Source;
    internal uint SourceMask;
    internal ushort Port;
    internal byte Protocol;
    internal byte Drop;
    internal uint Reserved;

    private static readonly Dictionary<string, byte> Protocols = new() { ["icmp"] = 1, ["tcp"] = 6, ["udp"] = 17 };

    /// <summary>Reads a rule in iptables' words.</summary>
    internal static LessonRule Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var rule = new LessonRule();
        bool hasVerdict = false;
        for (int i = 0; i < words.Length; i += 2)
        {
            string value = i + 1 < words.Length ? words[i + 1] : throw new UsageException($"\"{text}\": nothing follows {words[i]}");
            switch (words[i], value)
            {
                case ("-p", _) when Protocols.TryGetValue(value, out byte protocol):
                    rule.Protocol = protocol;
                    break;
                case ("-s", _) when IPNetwork.TryParse(value.Contains('/') ? value : value + "/32", out IPNetwork source)
                    && source.BaseAddress.AddressFamily == AddressFamily.InterNetwork:
                    rule.Source = BitConverter.ToUInt32(source.BaseAddress.GetAddressBytes());
                    rule.SourceMask = BinaryPrimitives.ReverseEndianness((uint)(uint.MaxValue * (1ul << (32 - source.PrefixLength))));
                    break;
                case ("--dport", _) when ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0:
                    rule.Port = BinaryPrimitives.ReverseEndianness(port);
                    break;
                case ("-j", "DROP" or "ACCEPT"):
                    rule.Drop = value == "DROP" ? (byte)1 : (byte)0;
                    hasVerdict = true;
                    break;
                default:
                    throw new UsageException($"\"{text}\": {words[i]} {value} is not understood");
            }
        }

        return (hasVerdict, rule) switch
        {
            (false, _) => throw new UsageException($"\"{text}\": -j DROP or -j ACCEPT is missing"),
            (_, { Port: not 0, Protocol: not (6 or 17) }) => throw new UsageException($"\"{text}\": --dport needs -p tcp or -p udp"),
            _ => rule,
        };
    }

    /// <summary>All rules of a set; at least one, since a write of nothing is no write.</summary>
    internal static LessonRule[] ParseAll(ReadOnlySpan<string> texts)
    {
        if (texts.Length is 0 or > Max)
        {
            throw new UsageException($"a set has 1 to {Max} rules");
        }

        var rules = new LessonRule[texts.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            rules[i] = Parse(texts[i]);
        }

        return rules;
    }

    public override readonly string ToString()
    {
        byte protocol = Protocol;
        string name = Protocols.FirstOrDefault(pair => pair.Value == protocol).Key;
        var source = new IPAddress(BitConverter.GetBytes(Source));
        return string.Concat(
            name is null ? "" : $"-p {name} ",
            SourceMask == 0 ? "" : $"-s {source}/{System.Numerics.BitOperations.PopCount(SourceMask)} ",
            Port == 0 ? "" : $"--dport {BinaryPrimitives.ReverseEndianness(Port)} ",
            Drop == 1 ? "-j DROP" : "-j ACCEPT");
    }

    internal static void Print(ReadOnlySpan<LessonRule> rules)
    {
        foreach (LessonRule rule in rules)
        {
            Console.WriteLine($"{rule.Packets,6} packets  {rule}");
        }
    }
}
