using System.Net;
using MiniFirewall.Dns;
using MiniFirewall.Dns.Files;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Dns.Passing;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Names.Passing;

/// <summary>
/// Teaches the keeper of names what this machine's name servers answer to anybody on it: patterns have no other source, and a program may
/// get other addresses of a name than the keeper. Listens only while rules name hosts.
/// </summary>
/// <param name="names">What the rules in force name.</param>
/// <param name="learn">Takes what is learnt.</param>
internal sealed class AnswerService(NameSettings settings, Func<IReadOnlyCollection<string>> names, Action<IEnumerable<LearntAddress>> learn, Action<string> complain)
{
    private const int UdpHeader = 8;

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    /// <summary>How often it looks whether the name servers are others, in turns.</summary>
    private const int TurnsOfServers = 20;

    private readonly PassingAnswers _answers = new();
    private ResolvConf _conf = ResolvConf.Default;
    private bool _hasComplained;

    internal void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (names().Count == 0 || TryOpen() is not { } tap)
            {
                stop.WaitHandle.WaitOne(Turn);
                continue;
            }

            using (tap)
            {
                Listen(tap, stop);
            }
        }
    }

    private void Listen(AnswerTap tap, CancellationToken stop)
    {
        IPAddress[] servers = Servers(_conf);
        for (int turn = 1; names().Count > 0 && !stop.IsCancellationRequested; turn++)
        {
            tap.Read(Turn, Take);
            if (turn % TurnsOfServers == 0 && !Servers(ResolvConf.Read(ResolvConf.UsualPath)).SequenceEqual(servers))
            {
                return;
            }
        }
    }

    private AnswerTap? TryOpen()
    {
        try
        {
            _conf = ResolvConf.Read(ResolvConf.UsualPath);
            AnswerTap tap = AnswerTap.Open(Servers(_conf));
            _hasComplained = false;
            return tap;
        }
        catch (Exception error) when (error is SystemCallException or FirewallException)
        {
            if (!_hasComplained)
            {
                complain($"names: answers that pass cannot be seen, so patterns such as *.example.com learn nothing: {error.Message}");
                _hasComplained = true;
            }

            return null;
        }
    }

    private IPAddress[] Servers(ResolvConf conf) => [.. conf.Servers.Select(server => server.Address).Concat(settings.Servers).Distinct()];

    private void Take(Packet packet)
    {
        ReadOnlySpan<byte> transport = packet.HeaderIsWhole && packet.Transport is { IsBroken: false, FragmentOffset: 0, Protocol: IpProtocol.Udp } ? packet.TransportBytes : [];
        if (transport.Length < UdpHeader)
        {
            return;
        }

        ushort from = (ushort)((transport[0] << 8) | transport[1]), to = (ushort)((transport[2] << 8) | transport[3]);
        ReadOnlySpan<byte> payload = transport[UdpHeader..];
        if (packet.Hook == Hook.LocalOut)
        {
            _answers.AddQuestion(new(packet.Family, packet.Source, from, packet.Destination), payload, Environment.TickCount64);
        }
        else if (_answers.TakeAnswer(new(packet.Family, packet.Destination, to, packet.Source), payload, Environment.TickCount64) is { } answer)
        {
            Teach(answer.Name, answer.Addresses);
        }
    }

    private void Teach(string asked, IReadOnlyList<NameAddress> addresses)
    {
        string[] fitting = [.. names().Where(name => Fits(name, asked))];
        if (fitting.Length > 0)
        {
            NameAnswer allowed = NameAnswers.Of(asked, addresses, settings, settings.MayBePrivate(asked, _conf));
            learn(fitting.SelectMany(name => allowed.Addresses.Select(address => new LearntAddress(name, address))));
        }
    }

    /// <summary>A name is itself; a pattern all names below its domain, but not that.</summary>
    private static bool Fits(string name, string asked) => name.StartsWith("*.", StringComparison.Ordinal)
        ? asked.Length > name.Length - 2 && DnsName.IsBelow(asked, name[2..])
        : name == asked;
}
