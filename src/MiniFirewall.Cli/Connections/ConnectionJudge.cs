using System.Collections.Immutable;
using MiniFirewall.Analysis;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Connections;

/// <summary>
/// Says which connections rules would let begin, as far as their entries tell: what they would surely drop they would not. Interfaces are
/// not in the entries, so any of those that are there will do.
/// </summary>
internal sealed class ConnectionJudge
{
    private const string Loopback = "lo";

    private readonly PossibleVerdicts _verdicts;
    private readonly ImmutableArray<string> _interfaces;
    private readonly OwnAddresses _own = OwnAddresses.Read();

    internal ConnectionJudge(RuleSet rules)
    {
        _verdicts = new(rules);
        _interfaces = InterfaceKinds.Of(rules, OwnAddresses.ReadInterfaces().Where(name => name != Loopback));
    }

    /// <summary>Whether its first packet might pass: where it leaves, where it comes in, or where it goes through.</summary>
    internal bool MayBegin(in Connection connection)
    {
        if (!FirstPacket.HasHeader(connection))
        {
            return true;
        }

        byte[] bytes = FirstPacket.Of(connection);
        bool isOurs = _own.Contains(connection.Family, connection.Source);
        if (isOurs && _own.Contains(connection.Family, connection.Destination))
        {
            return Passes(connection, bytes, Hook.LocalOut, "", Loopback) && Passes(connection, bytes, Hook.LocalIn, Loopback, "");
        }

        if (isOurs)
        {
            return AnyPasses(connection, bytes, Hook.LocalOut, [""], _interfaces);
        }

        return _own.Receives(connection.Family, connection.Destination)
            ? AnyPasses(connection, bytes, Hook.LocalIn, _interfaces, [""])
            : AnyPasses(connection, bytes, Hook.Forward, _interfaces, _interfaces);
    }

    private bool AnyPasses(in Connection connection, byte[] bytes, Hook hook, ImmutableArray<string> ins, ImmutableArray<string> outs)
    {
        foreach (string from in ins)
        {
            foreach (string to in outs)
            {
                if (Passes(connection, bytes, hook, from, to))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Passes(in Connection connection, byte[] bytes, Hook hook, string from, string to) =>
        _verdicts.MayPass(new Packet(connection.Family, hook, bytes) { InInterface = from, OutInterface = to });
}
