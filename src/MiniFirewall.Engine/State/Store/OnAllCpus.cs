using System.Runtime.ExceptionServices;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Work in equal pieces: by all CPUs where there is much of it, else at once and without a thread being started.</summary>
internal static class OnAllCpus
{
    private const int Much = 16;

    internal static void For(int pieces, Action<int> work)
    {
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        Thread[] helpers = [.. Enumerable.Range(1, pieces < Much ? 0 : Environment.ProcessorCount - 1).Select(_ => new Thread(Run))];
        Array.ForEach(helpers, helper => helper.Start());
        Run();
        Array.ForEach(helpers, helper => helper.Join());
        failure?.Throw();

        void Run()
        {
            try
            {
                for (int i = Interlocked.Increment(ref next); i < pieces; i = Interlocked.Increment(ref next))
                {
                    work(i);
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
