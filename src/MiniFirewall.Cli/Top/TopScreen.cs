using System.Diagnostics;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Top;

/// <summary>The live table: takes the whole terminal, and gives it back as it was.</summary>
internal static class TopScreen
{
    // The other screen, without a cursor; and back.
    private const string Enter = "\e[?1049h\e[?25l", Leave = "\e[?25h\e[?1049l", Home = "\e[H", RestOfLine = "\e[K", RestOfScreen = "\e[J";

    /// <summary>Of a terminal that does not tell, as over a serial line.</summary>
    private static readonly (int Height, int Width) UnknownSize = (24, 80);

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Goes on until q or Escape is pressed, or it is told to stop.</summary>
    internal static void Run(FirewallEngine engine, TimeSpan interval, CancellationToken stop)
    {
        Console.Out.Write(Enter);
        try
        {
            TopSample before = TopSample.Take(engine);
            TimeSpan wait = TimeSpan.FromMilliseconds(Math.Min(interval.TotalMilliseconds, 200));
            while (!IsLeft(wait, stop))
            {
                TopSample now = TopSample.Take(engine);
                Draw(new TopView(now, now.RatesSince(before)));
                (before, wait) = (now, interval);
            }
        }
        finally
        {
            Console.Out.Write(Leave);
            Console.Out.Flush();
        }
    }

    private static void Draw(TopView view)
    {
        using var text = new StringWriter { NewLine = RestOfLine + "\r\n" };
        (int height, int width) = Console.WindowHeight > 0 ? (Console.WindowHeight, Console.WindowWidth) : UnknownSize;
        view.Write(text, height - 2, width);
        text.Write("q: quit");
        Console.Out.Write(Home + text + RestOfLine + RestOfScreen);
        Console.Out.Flush();
    }

    /// <summary>Waits; true where somebody wants to leave.</summary>
    private static bool IsLeft(TimeSpan time, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            if (!Console.IsInputRedirected && Console.KeyAvailable && Console.ReadKey(intercept: true).Key is ConsoleKey.Q or ConsoleKey.Escape)
            {
                return true;
            }

            if (stop.WaitHandle.WaitOne(KeyInterval))
            {
                return true;
            }
        }

        return false;
    }
}
