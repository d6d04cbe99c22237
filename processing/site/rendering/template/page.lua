-- Links from notebook to notebook become links from page to page; the title block's plain-text forms.

local function to_page(address)
  if address:match("^%a[%w+.-]*:") or address:match("^//") then return address end
  local path, rest = address:match("^([^#?]*)(.*)$")
  return (path:gsub("^/", ""):gsub("%.ipynb$", ".html")) .. rest
end

function Link(link)
  link.target = to_page(link.target)
  return link
end

function Meta(meta)
  local site = pandoc.utils.stringify(meta["site-title"] or "")
  local title = pandoc.utils.stringify(meta.title or "")
  local both = title ~= "" and site ~= "" and title ~= site
  meta.pagetitle = both and (title .. " – " .. site) or (title ~= "" and title or site)
  if meta.description then
    meta["description-text"] = pandoc.utils.stringify(meta.description)
  end
  return meta
end
