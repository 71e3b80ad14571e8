using System.CommandLine;
using MiniFirewall.Analysis;
using MiniFirewall.Cli.Names;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Reasons;
using MiniFirewall.Engine;
using MiniFirewall.Packets.Text;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw why: what would become of a packet, which rule says so, and what else on this host matters to it.</summary>
internal static class WhyCommand
{
    internal static Command Create()
    {
        Argument<string[]> packet = new("PACKET")
        {
            Description = "The packet in words: in IF | out IF | forward IF IF, a protocol, source and destination (ADDRESS:PORT, "
                + "[IPV6]:PORT), then words such as syn, flags SYN,ACK, len N, ttl N, mark N, frag N.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> rules = new("--rules") { Description = "Ask the rules of this file (- for the standard input), not those in force.", HelpName = "FILE" };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("why", "Say what would become of a packet, and which rule says so.") { packet, rules, json };
        command.SetAction(result => Guarded.Run(() =>
            Run(string.Join(' ', result.GetRequiredValue(packet)), result.GetValue(rules), result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw why in eth0 tcp 203.0.113.9:50000 10.0.0.5:22
            minifw why out eth0 udp [2001:db8::5]:5353 [2001:db8::1]:53 len 120
            minifw why forward eth0 eth1 icmp 10.0.0.5 192.0.2.1 echo-request --rules new.rules
            """);
        return command;
    }

    private static int Run(string text, string? file, bool asJson)
    {
        if (!PacketDescription.TryParse(text, out PacketDescription? description, out DescriptionError? error))
        {
            throw new UsageException($"the packet cannot be read: {error}");
        }

        RuleSet rules = file is null ? RulesInForce.Read() : AskedNames.Fill(RuleFile.Read(file));
        Judgement judgement = Evaluator.Judge(rules, description.Packet);
        IReadOnlyList<Remark> host = file is null ? HostView.Of(FirewallEngine.Open(), description.Packet) : [];
        var reason = new Reason(rules, description.Packet, judgement, hasLines: file is not null, CompiledAnswer.Ask(rules, description.Packet), host);
        if (asJson)
        {
            JsonOutput.Document(reason.WriteJson);
        }
        else
        {
            reason.Write();
        }

        return ExitCode.Done;
    }
}
