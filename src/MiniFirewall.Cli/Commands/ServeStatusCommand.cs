using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Services.Control;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw serve status: what the service of this namespace says of itself.</summary>
internal static class ServeStatusCommand
{
    private const int Patience = 10_000;

    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("status", "Ask the service of this network namespace how it does. Exit code 1 where none runs.") { json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw serve status
            minifw serve status --json | jq .names
            """);
        return command;
    }

    private static int Run(bool asJson)
    {
        using Socket socket = ControlSocket.TryConnect(FirewallEngine.Open())
            ?? throw new FirewallException(FirewallFailure.Refused, "no minifw serve runs in this network namespace");
        using JsonDocument answer = JsonDocument.Parse(Ask(socket, ControlServer.Status));
        if (asJson)
        {
            JsonOutput.Document(answer.RootElement.WriteTo);
        }
        else
        {
            Write(answer.RootElement);
        }

        return ExitCode.Done;
    }

    private static byte[] Ask(Socket socket, string request)
    {
        socket.ReceiveTimeout = Patience;
        try
        {
            socket.Send(Encoding.ASCII.GetBytes(request + "\n"));
            using var stream = new NetworkStream(socket);
            using var answer = new MemoryStream();
            stream.CopyTo(answer);
            return answer.Length > 0 ? answer.ToArray() : throw new FirewallException(FirewallFailure.Refused, "minifw serve did not answer; it has too many clients, or they are not root");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new FirewallException(FirewallFailure.Refused, $"minifw serve did not answer: {error.Message}", error);
        }
    }

    private static void Write(JsonElement answer)
    {
        PlainTable facts = PlainTable.WithoutHeads(2);
        facts.Add("process", answer.GetProperty("process").GetRawText());
        facts.Add("since", $"{answer.GetProperty("since").GetDateTimeOffset().ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}");
        facts.Add("last turn", $"{answer.GetProperty("secondsSinceTurn").GetDouble():0.0} s ago");
        facts.Add("capabilities", answer.GetProperty("capabilities").GetString()!);
        facts.Add("memory", $"{answer.GetProperty("memoryBytes").GetInt64() >> 20} MiB");
        facts.Add("names", $"{answer.GetProperty("names").GetArrayLength()}");
        facts.Write(Console.Out);
    }
}
