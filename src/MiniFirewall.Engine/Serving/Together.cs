using System.Runtime.ExceptionServices;

namespace MiniFirewall.Engine.Serving;

/// <summary>Works side by side, each on a thread of its own in the calling thread's namespaces; what fails on one ends all.</summary>
internal static class Together
{
    /// <summary>Returns when all have ended; throws what the first that failed threw.</summary>
    /// <param name="works">Each ends when its token says so.</param>
    internal static void Run(CancellationToken stop, params Action<CancellationToken>[] works)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Exception? failure = null;
        Thread[] threads = [.. works.Select(work => new Thread(() =>
        {
            try
            {
                work(all.Token);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                all.Cancel();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
