// The look of this server for apps that want to look alike (SMART App Launch 2.2.0, scopes-and-launch-context.html#styling).

using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>The document behind <c>smart_style_url</c>: the colours and measures of the pages in <c>smart.css</c>.</summary>
internal static class StyleDocument
{
    private static readonly byte[] s_document = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["color_background"] = "#ffffff",
        ["color_error"] = "#a11212",
        ["color_highlight"] = "#0b57a4",
        ["color_modal_backdrop"] = "#1b1b1f",
        ["color_success"] = "#1c6b35",
        ["color_text"] = "#1b1b1f",
        ["dim_border_radius"] = "5px",
        ["dim_font_size"] = "16px",
        ["dim_spacing_size"] = "16px",
        ["font_family_body"] = "system-ui, 'Noto Sans SC', 'Microsoft YaHei', sans-serif",
        ["font_family_heading"] = "system-ui, 'Noto Sans SC', 'Microsoft YaHei', sans-serif",
    });

    private static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData(s_document).AsSpan(0, 8));

    /// <summary>Its path below the issuer: another one whenever its content is another.</summary>
    public static string Path { get; } = $"{SmartService.Root}/style.json?v={s_hash}";

    /// <summary>Answers with it.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.AccessControlAllowOrigin = "*";
        http.Response.Headers.CacheControl = http.Request.Query["v"] == s_hash ? "public, max-age=31536000, immutable" : "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.Body.WriteAsync(s_document, http.RequestAborted);
    }
}
