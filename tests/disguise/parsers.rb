# What Rack and Ruby's CGI make of Cookie headers, one "NAME HEX" a line.
# For each: a JSON object of parser to value in hexadecimal.

require 'cgi'
require 'json'

parsers = { 'cgi.rb' => ->(name, header) { CGI::Cookie.parse(header)[name]&.first } }

begin
  require 'rack/utils'

  parsers['rack'] = ->(name, header) { Rack::Utils.parse_cookies_header(header)[name] }
rescue LoadError
  # no ruby-rack
end

STDIN.each_line do |line|
  name, hex = line.chomp.split(' ', 2)
  header = [hex.to_s].pack('H*')
  found = {}

  parsers.each do |parser, parse|
    begin
      value = parse.call(name, header)
    rescue StandardError
      value = nil
    end

    found[parser] = value.b.unpack1('H*') if value.is_a?(String)
  end

  puts JSON.generate(found)
end

puts JSON.generate(parsers.keys)
