using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The reference evaluator.</summary>
internal sealed class EvaluatorFirewall : IFirewall
{
    private Evaluator _evaluator = new(RuleSet.Empty);

    public string Name => "evaluator";

    public void Load(RuleTexts rules) => _evaluator = new Evaluator(RuleReading.Read(rules.Whole));

    public bool CanMeet(Packet packet) => true;

    public Observation? Judge(Packet packet)
    {
        Judgement judgement = _evaluator.Judge(packet);
        ulong length = (ulong)packet.Bytes.Length;
        return new Observation(
            judgement.Verdict == Verdict.Accept,
            judgement.Counted.GroupBy(key => key).Select(visits => new Hit(
                new CounterPlace(visits.Key.Chain, visits.Key.Number),
                new Counters((ulong)visits.Count(), (ulong)visits.Count() * length))));
    }

    public void Dispose()
    {
    }
}
