// Tokens and records travel over TLS 1.2 or later, or stay on the machine.

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FhirHub.Server;
using FhirHub.Tests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart.Tests;

public sealed class TransportTests : IDisposable
{
    private const int ProtocolVersion = 70;

    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Covers(CoversAttribute.Smart, 231)]
    [Covers(CoversAttribute.Inferno, 23, 29, 52, 79, 168, 189)]
    public async Task TLS_below_1_2_ends_in_an_alert()
    {
        var certificate = Path.Combine(_folder, "server.pfx");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(certificate, made.Export(X509ContentType.Pfx, "test"));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(made);

        await using var app = FhirHost.Build([
            "--urls=https://127.0.0.1:0", $"--FhirHub:DataPath={_folder}/data", "--FhirHub:Exchange:Package=false", "--FhirHub:Dicomweb:Enabled=false",
            $"--Kestrel:Certificates:Default:Path={certificate}", "--Kestrel:Certificates:Default:Password=test"]);
        await app.StartAsync();
        var root = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        // The same greeting but for its version: what is refused is the version.
        foreach (byte version in (byte[])[1, 2])
            Assert.Equal((21, ProtocolVersion), await GreetAsync(root.Port, version));
        Assert.Equal(22, (await GreetAsync(root.Port, 3)).Kind);

        foreach (var protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", root.Port);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, CertificateChainPolicy = trust });
            Assert.Equal(protocol, tls.SslProtocol);
        }

        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } });
        Assert.Contains($"\"token_endpoint\":\"{root.AbsoluteUri}auth/token\"", await http.GetStringAsync(new Uri(root, "fhir/.well-known/smart-configuration")), StringComparison.Ordinal);
        await app.StopAsync();
    }

    [Theory]
    [InlineData("--urls=http://0.0.0.0:0", "urls")]
    [InlineData("--urls=http://*:0", "urls")]
    [InlineData("--urls=http://example.org:0", "urls")]
    [InlineData("--urls=http://[::]:0", "urls")]
    [InlineData("--urls=https://127.0.0.1:0;http://10.0.0.1:0", "urls")]
    [InlineData("--http_ports=8080", "http_ports")]
    [InlineData("--Kestrel:Endpoints:Plain:Url=http://+:0", "Kestrel:Endpoints:Plain:Url")]
    [InlineData("--Kestrel:Endpoints:A:SslProtocols:0=Tls11", "SslProtocols")]
    [InlineData("--Kestrel:EndpointDefaults:SslProtocols:0=Tls", "SslProtocols")]
    [InlineData("--FhirHub:Auth:Issuer=http://fhir.example.org", "FhirHub:Auth:Issuer")]
    [InlineData("--urls=https://0.0.0.0:0", "FhirHub:Auth:Issuer")]
    [Covers(CoversAttribute.Smart, 231)]
    public void Without_TLS_or_an_issuer_the_server_listens_on_this_machine_only(string setting, string key)
    {
        var refused = Assert.Throws<ConfigurationException>(() => FhirHost.Build([setting, $"--FhirHub:DataPath={_folder}/data", "--FhirHub:Exchange:Package=false"]));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls=http://localhost:0")]
    [InlineData("--urls=http://127.0.0.1:0;http://[::1]:0")]
    [InlineData("--urls=https://0.0.0.0:0", "--FhirHub:Auth:Issuer=https://fhir.example.org")]
    [InlineData("--urls=http://0.0.0.0:0", "--FhirHub:Http:ForwardedHeaders=true", "--FhirHub:Auth:Issuer=https://fhir.example.org")]
    public async Task Behind_a_proxy_that_ends_TLS_or_on_this_machine_it_may_listen_in_the_clear(params string[] settings)
    {
        await using var app = FhirHost.Build([.. settings, $"--FhirHub:DataPath={_folder}/data", "--FhirHub:Exchange:Package=false", "--FhirHub:Dicomweb:Enabled=false"]);
        Assert.NotNull(app);
    }

    // A ClientHello with suites of all versions, and the first bytes of the answer: the kind of record, and of an alert its description.
    private static async Task<(int Kind, int Description)> GreetAsync(int port, byte version)
    {
        byte[] suites = [0xC0, 0x2F, 0xC0, 0x30, 0xC0, 0x13, 0xC0, 0x14, 0x00, 0x9C, 0x00, 0x2F, 0x00, 0x35];
        byte[] extensions =
        [
            0x00, 0x0A, 0x00, 0x06, 0x00, 0x04, 0x00, 0x17, 0x00, 0x18, // supported_groups
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00, // ec_point_formats
            0x00, 0x0D, 0x00, 0x08, 0x00, 0x06, 0x04, 0x01, 0x08, 0x04, 0x02, 0x01, // signature_algorithms
        ];
        byte[] body = [3, version, .. RandomNumberGenerator.GetBytes(32), 0, 0, (byte)suites.Length, .. suites, 1, 0, 0, (byte)extensions.Length, .. extensions];
        byte[] handshake = [1, 0, 0, (byte)body.Length, .. body];
        byte[] record = [22, 3, 1, 0, (byte)handshake.Length, .. handshake];
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        var stream = client.GetStream();
        await stream.WriteAsync(record);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer);
        return (answer[0], answer[0] == 21 ? answer[6] : 0);
    }
}
