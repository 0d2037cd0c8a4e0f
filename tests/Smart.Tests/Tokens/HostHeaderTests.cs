// Requests that do not say by which name they reached the server.

using System.Net.Sockets;
using System.Text;
using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Tokens;

public class HostHeaderTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Theory]
    [InlineData("GET /fhir/.well-known/smart-configuration HTTP/1.1\r\nHost:\r\n")]
    [InlineData("GET /fhir/.well-known/smart-configuration HTTP/1.0\r\n")]
    [InlineData("GET /.well-known/openid-configuration HTTP/1.0\r\n")]
    public async Task Addresses_are_not_made_of_a_host_that_is_missing(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(server.Root).Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request}Connection: close\r\n\r\n"));
        using var answer = new StreamReader(stream);
        Assert.Contains(" 400 ", await answer.ReadLineAsync(), StringComparison.Ordinal);
    }
}
