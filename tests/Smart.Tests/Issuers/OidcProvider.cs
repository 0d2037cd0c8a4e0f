// npm oidc-provider, an OpenID-certified server, as another issuer beside ours.

using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Smart.Tests;

/// <summary>A running oidc-provider.</summary>
public sealed class OidcProvider : IAsyncDisposable
{
    private static readonly HttpClient s_http = new();
    private readonly Process _process;

    private OidcProvider(Process process, string issuer)
    {
        _process = process;
        Issuer = issuer;
    }

    public string Issuer { get; }

    /// <summary>Installs it from its lock file if need be, and starts it; null where Node is missing.</summary>
    public static async Task<OidcProvider?> StartAsync()
    {
        if (NodeFactAttribute.Find("node") is not { } node || NodeFactAttribute.Find("npm") is not { } npm)
            return null;
        var folder = Path.Combine(AppContext.BaseDirectory, "Issuers", "oidc-provider");
        var (installed, locked) = (new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json")), new FileInfo(Path.Combine(folder, "package-lock.json")));
        if (!installed.Exists || installed.LastWriteTimeUtc < locked.LastWriteTimeUtc)
        {
            using var install = Start(npm, folder, "ci", "--no-audit", "--no-fund");
            var output = await install.StandardError.ReadToEndAsync();
            await install.WaitForExitAsync();
            Assert.True(install.ExitCode == 0, output);
        }

        var process = Start(node, folder, "server.js");
        process.BeginErrorReadLine();
        var issuer = await process.StandardOutput.ReadLineAsync();
        return new OidcProvider(process, issuer ?? throw new InvalidOperationException("oidc-provider did not start."));
    }

    /// <summary>A token of a user.</summary>
    public async Task<string> TokenAsync(string format, string subject, string scope, string? audience, object claims)
    {
        var answer = await s_http.PostAsJsonAsync($"{Issuer}/test/token", new { sub = subject, scope, aud = audience, format, claims });
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!;
    }

    /// <summary>Revokes a token, as its client would.</summary>
    public async Task RevokeAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Issuer}/token/revocation") { Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token }) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("app:the%20secret%20of%20the%20app"u8));
        (await s_http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        // It ends when its input does.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }
}
