using System.Diagnostics;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>miniFirewall with its service.</summary>
internal sealed class MinifwTwin : RejectTwin
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<AnswerTally> _service;

    internal MinifwTwin(TokenRate? rate = null) => _service = Task.Factory.StartNew(
        () => Namespace.Run(() => Namespace.Open().Serve(rate ?? new TokenRate(), _ => { }, _ => { }, _stop.Token).Answers),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Ends the service.</summary>
    internal AnswerTally Stop()
    {
        _stop.Cancel();
        return _service.GetAwaiter().GetResult();
    }

    internal bool IsAnswered => Namespace.Run(() => Namespace.Open().Status().RejectsAreAnswered);

    public override void Dispose()
    {
        Stop();
        _stop.Dispose();
        base.Dispose();
    }

    private protected override void Load(Family family, RuleTexts rules)
    {
        Namespace.Apply(rules.Whole);
        long start = Stopwatch.GetTimestamp();
        while (!IsAnswered)
        {
            if (_service.IsCompleted || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(10))
            {
                throw new InvalidOperationException($"the service does not answer: {_service.Exception}");
            }

            Thread.Sleep(10);
        }
    }
}
