using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MiniFirewall.Cli.Names;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Services.Control;

/// <summary>
/// The service's control socket: a request is a line, "status" or "refresh names", its answer one of JSON. Only root, who alone can
/// reach the socket, gets one; the peer's user is looked at all the same.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    internal const string Status = "status", RefreshNames = "refresh names";

    private const int LongestRequest = 256;
    private const int SocketLevel = 1, PeerCredentials = 17, CredentialBytes = 12, UserAt = 4;

    private readonly RunningService _service;
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private readonly Clients _clients;

    internal ControlServer(RunningService service)
    {
        _service = service;
        _clients = new Clients(service.ListenForControl(), Serve);
    }

    public void Dispose() => _clients.Dispose();

    private void Serve(Socket client)
    {
        if (UserOf(client) is not 0 || SocketText.ReadUntil(client, "\n", LongestRequest) is not { } request)
        {
            return;
        }

        if (request == RefreshNames)
        {
            _service.RefreshNames();
        }

        string answer = JsonOutput.Text(json => WriteAnswer(json, request));
        SocketText.Write(client, Encoding.UTF8.GetBytes(answer + "\n"));
    }

    private void WriteAnswer(Utf8JsonWriter json, string request)
    {
        json.WriteStartObject();
        if (request is Status or RefreshNames)
        {
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteString("since", _since);
            json.WriteNumber("secondsSinceTurn", Math.Round(_service.SinceTurn.TotalSeconds, 3));
            json.WriteString("capabilities", ProcessFacts.Capabilities());
            json.WriteNumber("memoryBytes", Environment.WorkingSet);
            json.WritePropertyName("names");
            NameOutput.WriteJson(json, _service.Names, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        }
        else
        {
            json.WriteString("error", $"there is no request {request}; there are {Status} and {RefreshNames}");
        }

        json.WriteEndObject();
    }

    /// <summary>The user that the peer was when it connected (unix(7), SO_PEERCRED); null where that cannot be told.</summary>
    private static uint? UserOf(Socket client)
    {
        Span<byte> credentials = stackalloc byte[CredentialBytes];
        return client.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialBytes ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[UserAt..]) : null;
    }
}
