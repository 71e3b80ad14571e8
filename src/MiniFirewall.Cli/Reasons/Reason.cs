using System.Text.Json;
using MiniFirewall.Analysis;
using MiniFirewall.Cli.Output;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Reasons;

/// <summary>Why a packet gets its verdict: the reference evaluator's judgement, and whether the compiled program agrees.</summary>
/// <param name="hasLines">The rules' lines are of a file that the user knows.</param>
/// <param name="compiled">The program's verdict; null where it may not be asked.</param>
/// <param name="host">What else on this host matters to the packet; nothing for rules of a file.</param>
internal sealed class Reason(RuleSet rules, Packet packet, Judgement judgement, bool hasLines, Verdict? compiled, IReadOnlyList<Remark> host)
{
    internal void Write()
    {
        CheckAgreement();
        Console.Out.WriteLine($"{judgement.Verdict.Word()}: {Because()}");
        if (judgement.DecidedBy.Rule is { } rule)
        {
            Console.Out.WriteLine($"  {rule}{At(rule)}");
        }

        if (judgement.Path.Length > 0)
        {
            Console.Out.WriteLine($"path: {string.Join(" > ", judgement.Path.Select(v => $"{v.Chain} {NumberOf(v.Chain, v.Rule)}"))}{PolicyEnd()}");
        }

        Console.Out.WriteLine($"packet: {PacketDescription.Print(packet)}");
        Console.Out.WriteLine(compiled is null
            ? "the compiled program was not asked: that needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON"
            : "the compiled program says the same");
        foreach (Remark remark in host)
        {
            Console.Out.WriteLine($"on this host: {remark.Text}");
        }
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        CheckAgreement();
        json.WriteStartObject();
        json.WriteString("verdict", judgement.Verdict.Word());
        json.WriteString("by", judgement.DecidedBy.Kind.ToString().ToLowerInvariant());
        json.WriteString("chain", judgement.DecidedBy.Chain);
        if (RejectedWith() is { } word)
        {
            json.WriteString("rejectedWith", word);
        }

        if (LastWord() is { } who)
        {
            json.WriteString("lastWord", who);
        }

        if (judgement.DecidedBy.Rule is { } rule)
        {
            WriteRule(json, judgement.DecidedBy.Chain, rule);
        }

        json.WriteStartArray("path");
        foreach (Visit visit in judgement.Path)
        {
            json.WriteStartObject();
            json.WriteString("chain", visit.Chain);
            WriteRule(json, visit.Chain, visit.Rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("packet", PacketDescription.Print(packet));
        json.WriteBoolean("programAsked", compiled is not null);
        if (!hasLines)
        {
            WriteHost(json);
        }

        json.WriteEndObject();
    }

    private void WriteHost(Utf8JsonWriter json)
    {
        json.WriteStartArray("host");
        foreach (Remark remark in host)
        {
            json.WriteStartObject();
            json.WriteString("about", remark.About);
            json.WriteString("text", remark.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteRule(Utf8JsonWriter json, string chain, Rule rule)
    {
        json.WriteNumber("number", NumberOf(chain, rule));
        json.WriteString("text", rule.ToString());
        if (hasLines)
        {
            json.WriteString("file", rule.Span.File);
            json.WriteNumber("line", rule.Span.Line);
        }
    }

    private void CheckAgreement()
    {
        if (compiled is { } verdict && verdict != judgement.Verdict)
        {
            throw new ContradictionException(
                $"this is a bug in minifw: the compiled program says {verdict.Word()}, the reference evaluator {judgement.Verdict.Word()} ({Because()}), of: {PacketDescription.Print(packet)}");
        }
    }

    private string Because() => judgement.DecidedBy switch
    {
        { Kind: DecisionKind.Policy } decision => $"the policy of {decision.Chain}; no rule decides",
        { Kind: DecisionKind.Rule, Rule: { } rule } decision => $"rule {NumberOf(decision.Chain, rule)} of {decision.Chain}{Rejected()}{Asked()}",
        { Rule: { } rule } decision => $"invalid packet: it lacks what rule {NumberOf(decision.Chain, rule)} of {decision.Chain} asks for",
        _ => "invalid packet: its network header is cut",
    };

    /// <summary>What the packet's sender is told; null where nothing.</summary>
    private string? RejectedWith() =>
        judgement.DecidedBy is { Kind: DecisionKind.Rule, Rule.Target: RejectTarget reject } ? reject.WordFor(packet.Family) : null;

    private string Rejected() => RejectedWith() is { } word ? $", rejected with {word}" : "";

    /// <summary>Who has the last word about a packet that rules let pass; null where nobody.</summary>
    private string? LastWord() => judgement switch
    {
        { DecidedBy: { Kind: DecisionKind.Rule, Rule.Target: IAsksQueue { Queues: var queues } } } =>
            queues.Low == queues.High ? $"the program that listens to queue {queues}" : $"the program that listens to one of queues {queues}",
        { Verdict: Verdict.Accept, DecidedBy: { Kind: DecisionKind.Rule, Rule.Target: SynproxyTarget } } => "SYNPROXY, which answers in the server's place,",
        _ => null,
    };

    private string Asked() => LastWord() is { } who ? $", if {who} lets it pass" : "";

    private string PolicyEnd() => judgement.DecidedBy.Kind == DecisionKind.Policy ? $" > {judgement.DecidedBy.Chain} policy" : "";

    private string At(Rule rule) => hasLines ? $"   ({rule.Span.File}:{rule.Span.Line})" : "";

    /// <summary>The rule's number in its chain, over both families, as minifw show has it.</summary>
    private int NumberOf(string chain, Rule rule)
    {
        var all = rules.Find(chain)!.Rules;
        for (int i = 0; i < all.Length; i++)
        {
            if (ReferenceEquals(all[i], rule))
            {
                return i + 1;
            }
        }

        throw new InvalidOperationException($"{chain} has no such rule: {rule}");
    }
}
