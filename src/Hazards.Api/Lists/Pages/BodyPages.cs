using Hazards.Api.Http.Pages;

namespace Hazards.Api.Lists.Pages;

/// <summary>单位.</summary>
internal static class BodyPages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.Page<BodyPage>("/bodies/{id}");
}
